package oci

import (
	"strings"
)

// unwrapped joins the lines that terraform breaks and frames.
func unwrapped(text string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(text)), " ")
}
