package timeline

import (
	"fmt"
	"io"

	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/harness/text/columns"
)

// Print writes what the end waited for, and what bounds the plan, at most width wide.
func (t *Timeline) Print(out io.Writer, width int) error {
	var rows [][]string
	running := 0.0
	for _, link := range t.Critical() {
		wait := ""
		if link.Waited >= 0.5 {
			wait = fmt.Sprintf("%.0f s", link.Waited)
		}
		name := link.Name
		if link.Failed {
			name += " (failed)"
		}
		running += link.Took
		rows = append(rows, []string{name, clock(link.Started), fmt.Sprintf("%.1f s", link.Took), fmt.Sprintf("%.1f s", link.CPU), wait})
	}
	fmt.Fprintf(out, "%d steps, ended after %s; the end waited for:\n", len(t.Steps), clock(t.Seconds))
	if err := columns.Print(out, width, []string{"step", "started", "took", "CPU", "waited before"}, rows); err != nil {
		return fmt.Errorf("print the critical path: %w", err)
	}
	fmt.Fprintf(out, "bound by waiting: %s of %s ran on this path\n", clock(running), clock(t.Seconds))
	if cpu := t.CPU(); t.Processors > 0 && cpu > 0 {
		fmt.Fprintf(out, "bound by CPU: %.0f s of the steps' programs and of assay itself (%.0f s), on %d processors %s\n",
			cpu, t.OwnCPU, t.Processors, clock(cpu/float64(t.Processors)))
	}
	if t.MachineCPU > 0 {
		fmt.Fprintf(out, "the machine used %.0f s, with containers and everything else, on %d processors %s\n",
			t.MachineCPU, t.Processors, clock(t.MachineCPU/float64(t.Processors)))
	}
	return nil
}

func clock(seconds float64) string { return steps.Clock(duration(seconds)) }
