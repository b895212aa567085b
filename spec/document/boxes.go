package document

import "strings"

// box is a rectangle of a drawing, in rows and columns of its border. Its title
// is the first text inside.
type box struct {
	top, left, bottom, right int
	title                    string
	texts                    []string
}

// boxes finds every rectangle by its upper left corner: along the top to the
// next corner, along the left side down to the bottom one.
func (d drawing) boxes() []box {
	var found []box
	for y, row := range d.grid {
		for x, r := range row {
			if r != '┌' {
				continue
			}
			right := x + 1
			for strings.ContainsRune("─┬┼┴", d.at(y, right)) && d.at(y, right) != 0 {
				right++
			}
			bottom := y + 1
			for strings.ContainsRune("│├┼┤", d.at(bottom, x)) && d.at(bottom, x) != 0 {
				bottom++
			}
			if d.at(y, right) == '┐' && d.at(bottom, x) == '└' {
				found = append(found, d.fill(box{top: y, left: x, bottom: bottom, right: right}))
			}
		}
	}
	return found
}

func (d drawing) fill(b box) box {
	for y := b.top + 1; y < b.bottom; y++ {
		for _, s := range d.texts[y] {
			if s.start > b.left && s.start < b.right {
				b.texts = append(b.texts, s.text)
			}
		}
	}
	if len(b.texts) > 0 {
		b.title = b.texts[0]
	}
	return b
}

// Encloses reports whether a section's drawing has a box with the title outer
// in which, at any depth, the text inner stands.
func (d *Document) Encloses(section, outer, inner string) bool {
	for _, b := range d.boxes[section] {
		if b.title != outer {
			continue
		}
		for _, text := range b.texts[1:] {
			if text == inner {
				return true
			}
		}
	}
	return false
}
