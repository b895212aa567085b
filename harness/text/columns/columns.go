// Package columns prints tables that fit a terminal: cells are wrapped between words,
// so that no row is longer than the terminal is wide.
package columns

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"

	"assay.dev/assay/harness/text/visible"
)

const (
	// usual is the width of what is no terminal and of a terminal that does not tell.
	usual = 80
	// narrowest is the least width that a column is made for.
	narrowest = 6
	gap       = "  "
)

// Width returns how many columns the terminal has that out is: COLUMNS where it is
// set, 80 for what is no terminal.
func Width(out io.Writer) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if file, ok := out.(*os.File); ok {
		if n, _, err := term.GetSize(int(file.Fd())); err == nil && n > 0 {
			return n
		}
	}
	return usual
}

// Print writes a table of rows below a header, at most width wide. Cells are shown as
// visible.Line shows them.
func Print(out io.Writer, width int, header []string, rows [][]string) error {
	all := make([][]string, 0, len(rows)+1)
	for _, row := range append([][]string{header}, rows...) {
		var cells []string
		for _, cell := range row {
			cells = append(cells, visible.Line(cell))
		}
		all = append(all, cells)
	}
	widths := fit(all, width)
	for _, row := range all {
		if err := printRow(out, row, widths); err != nil {
			return err
		}
	}
	return nil
}

// fit returns the width of each column: what its longest cell needs, less for the
// widest columns until all are at most width together.
func fit(rows [][]string, width int) []int {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], runewidth.StringWidth(cell))
		}
	}
	for {
		sum, widest := len(gap)*max(len(widths)-1, 0), 0
		for i, w := range widths {
			sum += w
			if w > widths[widest] {
				widest = i
			}
		}
		if sum <= width || len(widths) == 0 || widths[widest] <= narrowest {
			return widths
		}
		widths[widest]--
	}
}

func printRow(out io.Writer, row []string, widths []int) error {
	cells, height := make([][]string, len(row)), 1
	for i, cell := range row {
		cells[i] = Wrap(cell, widths[i])
		height = max(height, len(cells[i]))
	}
	for line := range height {
		var b strings.Builder
		for i, cell := range cells {
			text := ""
			if line < len(cell) {
				text = cell[line]
			}
			if i > 0 {
				b.WriteString(gap)
			}
			b.WriteString(text + strings.Repeat(" ", max(widths[i]-runewidth.StringWidth(text), 0)))
		}
		if _, err := fmt.Fprintln(out, strings.TrimRight(b.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}

// Wrap breaks a text into lines of at most width columns, between words where it can.
func Wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case runewidth.StringWidth(line)+1+runewidth.StringWidth(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
		for width > 0 && runewidth.StringWidth(line) > width {
			head := runewidth.Truncate(line, width, "")
			if head == "" { // a character that is wider than the column
				break
			}
			lines, line = append(lines, head), line[len(head):]
		}
	}
	lines = append(lines, line)
	for i := range lines { // a word that a break has put first may start a command of CI
		lines[i] = visible.Text(lines[i])
	}
	return lines
}

// Indent wraps a text below a first prefix, and its further lines below spaces.
func Indent(prefix, text string, width int) string {
	room := max(width-runewidth.StringWidth(prefix), narrowest)
	return prefix + strings.Join(Wrap(text, room), "\n"+strings.Repeat(" ", runewidth.StringWidth(prefix)))
}
