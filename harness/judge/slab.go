package judge

// slab is a list that grows without being copied: what is judged is held once,
// never twice, and a pointer into it stays good.
type slab[T any] struct {
	chunks [][]T
	n      int
}

const (
	chunkBits = 12
	chunkSize = 1 << chunkBits
)

// add appends a value and returns its index.
func (s *slab[T]) add(v T) int {
	if s.n&(chunkSize-1) == 0 {
		s.chunks = append(s.chunks, make([]T, 0, chunkSize))
	}
	last := len(s.chunks) - 1
	s.chunks[last] = append(s.chunks[last], v)
	s.n++
	return s.n - 1
}

func (s *slab[T]) at(i int) *T { return &s.chunks[i>>chunkBits][i&(chunkSize-1)] }

func (s *slab[T]) len() int { return s.n }
