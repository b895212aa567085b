package fault

import (
	"context"
	"fmt"
)

// stressMark marks, in their environment, the processes that take CPU or memory.
const stressMark = "ASSAY_STRESS"

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

// marked prints the processes of a node that carry the mark of stress.
const marked = `grep -lzE '^` + stressMark + `=' /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3 || true`

// unstress ends the processes that were put beside a pod's own.
func (l *Lab) unstress(ctx context.Context, u Undo) error {
	_, err := l.onNode(ctx, u.Node, `for pid in $(`+marked+`); do kill -KILL "$pid" 2>/dev/null || true; done`)
	if err != nil {
		return fmt.Errorf("end the stress on node %s: %w", u.Node, err)
	}
	return nil
}

func (l *Lab) stressed(ctx context.Context, u Undo) ([]string, error) {
	out, err := l.onNode(ctx, u.Node, marked)
	if err != nil || out == "" {
		return nil, err
	}
	return []string{fmt.Sprintf("node %s runs stress: processes %s", u.Node, out)}, nil
}
