package document

import (
	"fmt"
	"strings"
)

// A drawing is a grid of characters: texts, the lines of boxes, and arrows that
// leave a box at a line and end in a tip.
type drawing struct {
	grid  [][]rune
	texts [][]span
}

// span is a text in a row, from column start up to but excluding end.
type span struct {
	start, end int
	text       string
}

func isLine(r rune) bool { return r >= 0x2500 && r <= 0x257F }

func isTip(r rune) bool { return strings.ContainsRune("►◄▼▲←", r) }

// drawing records each text and each arrow of a block.
func (p *parser) drawing(body []string, at int) error {
	d := drawing{}
	for _, line := range body {
		row := []rune(line)
		d.grid = append(d.grid, row)
		d.texts = append(d.texts, spans(row))
	}
	for y, row := range d.texts {
		for _, s := range row {
			p.cell(Text, s.text, s.text, at+y)
		}
	}
	p.doc.boxes[p.section] = append(p.doc.boxes[p.section], d.boxes()...)
	for y, row := range d.grid {
		for x, r := range row {
			if !isTip(r) {
				continue
			}
			arrow, ok := d.arrow(y, x)
			if !ok {
				return fmt.Errorf("%s:%d: the arrow in column %d leads from nothing to nothing", p.name, at+y+1, x+1)
			}
			p.doc.Arrows[p.section] = append(p.doc.Arrows[p.section], arrow)
			name := arrow.From + " → " + arrow.To
			p.cell(Drawn, name, name, at+y)
		}
	}
	return nil
}

// spans finds the texts of a row: what is left between lines and tips, split
// where two spaces or more part it.
func spans(row []rune) []span {
	var found []span
	for x := 0; x < len(row); {
		if row[x] == ' ' || isLine(row[x]) || isTip(row[x]) {
			x++
			continue
		}
		end := x
		for i := x; i < len(row) && !isLine(row[i]) && !isTip(row[i]); i++ {
			if row[i] == ' ' && i+1 < len(row) && row[i+1] == ' ' {
				break
			}
			if row[i] != ' ' {
				end = i + 1
			}
		}
		found = append(found, span{x, end, string(row[x:end])})
		x = end
	}
	return found
}

// arrow follows the line of a tip back to the box that it comes from.
func (d drawing) arrow(y, x int) (Arrow, bool) {
	var from, to string
	switch d.grid[y][x] {
	case '►':
		to = d.beside(y, x, 1)
		from = d.back(y, x-1, -1)
	case '◄', '←':
		to = d.beside(y, x, -1)
		from = d.back(y, x+1, 1)
	case '▼':
		to = d.below(y+1, x)
		from = d.above(y-1, x)
	case '▲':
		to = d.above(y-1, x)
		from = d.below(y+1, x)
	}
	return Arrow{from, to}, from != "" && to != ""
}

func (d drawing) at(y, x int) rune {
	if y < 0 || y >= len(d.grid) || x < 0 || x >= len(d.grid[y]) {
		return 0
	}
	return d.grid[y][x]
}

// back walks along a horizontal line to where it starts: the side of a box, or
// a corner from which it goes up to the bottom of one.
func (d drawing) back(y, x, step int) string {
	for strings.ContainsRune("─┼├┤", d.at(y, x)) && d.at(y, x) != 0 {
		x += step
	}
	switch d.at(y, x) {
	case '└', '┘':
		return d.above(y-1, x)
	}
	return d.beside(y, x, step)
}

// beside is the nearest text of the row in the direction of step.
func (d drawing) beside(y, x, step int) string {
	best := ""
	for _, s := range d.texts[y] {
		if step > 0 && s.start >= x {
			return s.text
		}
		if step < 0 && s.end <= x {
			best = s.text
		}
	}
	return best
}

// above walks up a vertical line through the bottom of a box to its text.
func (d drawing) above(y, x int) string {
	for d.at(y, x) == '│' || d.at(y, x) == ' ' {
		y--
	}
	return d.within(y-1, x, -1)
}

// below walks down to the text of the box underneath.
func (d drawing) below(y, x int) string {
	for d.at(y, x) == '│' || d.at(y, x) == ' ' {
		y++
	}
	return d.within(y+1, x, 1)
}

// within is the text of the box around a column: in this row, or in the next
// one in the direction of step if the box leaves this row empty there.
func (d drawing) within(y, x, step int) string {
	for ; y >= 0 && y < len(d.grid); y += step {
		left, right := x, x
		for left >= 0 && d.at(y, left) != '│' {
			left--
		}
		for right < len(d.grid[y]) && d.at(y, right) != '│' {
			right++
		}
		for _, s := range d.texts[y] {
			if s.start > left && s.end <= right {
				return s.text
			}
		}
		if d.at(y, x) == '─' {
			return ""
		}
	}
	return ""
}
