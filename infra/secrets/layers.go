package secrets

import "hash/maphash"

const (
	// maxDepth is how many encodings around a secret are undone.
	maxDepth = 8
	// maxDecoded and maxGrowth bound what is decoded of one text, in bytes: so many for
	// any text, and so many for each of its own bytes.
	maxDecoded = 64 << 20
	maxGrowth  = 16
	// worthHashing is the length from which a layer is remembered, so that it is searched
	// once: to search a shorter one is less work.
	worthHashing = 256
)

// decoder calls yield with each text that it decodes from a part of a text, of at most
// limit bytes and one more. It stops when yield returns false. It uses the bytes again
// when yield has returned.
type decoder func(text []byte, limit int, yield func([]byte) bool)

var decoders = []decoder{unescapeHTML, unescapePercent, unescapeBackslash, base64Runs, hexRuns, narrowUTF16, gunzip}

// walk searches a text and all that is encoded in it.
type walk struct {
	matcher *matcher
	found   map[int]bool
	// left is how many bytes may yet be decoded.
	left int
	// incomplete says that something was not searched.
	incomplete bool
	seed       maphash.Seed
	seen       map[uint64]bool
}

func newWalk(m *matcher, size int) *walk {
	return &walk{
		matcher: m, found: map[int]bool{}, left: maxDecoded + maxGrowth*size, seed: maphash.MakeSeed(), seen: map[uint64]bool{},
	}
}

func (w *walk) search(text []byte, depth int) {
	w.matcher.find(text, func(secret int) { w.found[secret] = true })
	if len(text) <= minLength { // too short for an encoded secret
		return
	}
	for _, decode := range decoders {
		decode(text, w.left, func(layer []byte) bool { return w.enter(layer, depth+1) })
	}
}

// enter searches a layer, unless it was searched before. It returns false when nothing
// more may be decoded.
func (w *walk) enter(layer []byte, depth int) bool {
	if len(layer) < minLength {
		return true
	}
	if len(layer) >= worthHashing {
		sum := maphash.Bytes(w.seed, layer)
		if w.seen[sum] {
			return true
		}
		w.seen[sum] = true
	}
	if w.left -= len(layer); w.left < 0 || depth > maxDepth {
		w.incomplete = true
		return false
	}
	w.search(layer, depth)
	return true
}
