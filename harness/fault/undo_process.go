package fault

import (
	"context"
	"fmt"
)

// guestMark marks, in their environment, the processes that a fault puts on a node.
const guestMark = "ASSAY_GUEST"

// unfreeze lets the stopped processes of a pod go on.
func (l *Lab) unfreeze(ctx context.Context, u Undo) error {
	if gone, err := l.gone(ctx, u); gone || err != nil {
		return err
	}
	_, err := l.onNode(ctx, u.Node, `for pid in $(processes "$1"); do kill -CONT "$pid" 2>/dev/null || true; done`, u.UID)
	if err != nil {
		return fmt.Errorf("let the processes of pod %s/%s go on: %w", u.Namespace, u.Name, err)
	}
	return nil
}

// stopped prints the processes of a pod that are stopped.
const stopped = `for pid in $(processes "$1"); do
  grep -q '^State:[[:space:]]*T' "/proc/$pid/status" 2>/dev/null && cat "/proc/$pid/comm" || true
done`

func (l *Lab) frozen(ctx context.Context, u Undo) ([]string, error) {
	if gone, err := l.gone(ctx, u); gone || err != nil {
		return nil, err
	}
	out, err := l.onNode(ctx, u.Node, stopped, u.UID)
	if err != nil || out == "" {
		return nil, err
	}
	return []string{fmt.Sprintf("pod %s/%s has stopped processes: %s", u.Namespace, u.Name, out)}, nil
}

// marked prints the processes of a node that carry the mark.
const marked = `grep -lzE '^` + guestMark + `=' /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3 || true`

// evict ends the processes that a fault has put on a node.
func (l *Lab) evict(ctx context.Context, u Undo) error {
	_, err := l.onNode(ctx, u.Node, `for pid in $(`+marked+`); do kill -KILL "$pid" 2>/dev/null || true; done`)
	if err != nil {
		return fmt.Errorf("end the processes of a fault on node %s: %w", u.Node, err)
	}
	return nil
}

func (l *Lab) guests(ctx context.Context, u Undo) ([]string, error) {
	out, err := l.onNode(ctx, u.Node, marked)
	if err != nil || out == "" {
		return nil, err
	}
	return []string{fmt.Sprintf("node %s runs processes of a fault: %s", u.Node, out)}, nil
}
