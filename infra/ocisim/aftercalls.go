package ocisim

// AfterCalls returns a channel that is closed when the nth call from now on has
// arrived, before it is answered. Tests interrupt programs there.
func (s *Server) AfterCalls(n int) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	reached := make(chan struct{})
	s.awaited = append(s.awaited, &awaitedCall{left: n, reached: reached})
	return reached
}

type awaitedCall struct {
	left    int
	reached chan struct{}
}

// arrived counts a call against everything that is awaited.
func (s *Server) arrived() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, awaited := range s.awaited {
		if awaited.left--; awaited.left == 0 {
			close(awaited.reached)
		}
	}
}
