package nginx

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"
)

func (s *Server) start(ctx context.Context, id string) error {
	m, err := startMaster(s.binary, s.settings.RunDir, s.settings.Stdout, s.settings.Stderr)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.master = m
	s.mu.Unlock()
	go func() {
		<-m.ended
		close(s.exited)
	}()
	start := time.Now()
	if err := s.await(ctx, m, id, nil); err != nil {
		return fmt.Errorf("NGINX was started: %w", err)
	}
	s.settings.Log.Info("NGINX serves", "configuration", id, "pid", m.cmd.Process.Pid, "seconds", time.Since(start).Seconds())
	return nil
}

func (s *Server) reload(ctx context.Context, m *master, id string) error {
	old, err := workers(m.cmd.Process.Pid)
	if err != nil {
		return err
	}
	start := time.Now()
	if err := m.signal(syscall.SIGHUP); err != nil {
		return err
	}
	if err := s.await(ctx, m, id, old); err != nil {
		return fmt.Errorf("NGINX received the signal to reload: %w", err)
	}
	s.settings.Log.Info("NGINX serves", "configuration", id, "seconds", time.Since(start).Seconds())
	return nil
}

// await returns when the configuration is the only one that takes new
// connections: it is the answer on the status socket, and every worker of old
// has started to shut down. For a moment in between both generations accept.
func (s *Server) await(ctx context.Context, m *master, id string, old []int) error {
	ctx, cancel := context.WithTimeout(ctx, liveTimeout)
	defer cancel()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	reason := errors.New("nothing was asked yet")
	for {
		switch answer, err := s.ask(ctx); {
		case ctx.Err() != nil: // the answer was cut off; what was known before says more
		case err != nil:
			reason = err
		case answer != id:
			reason = fmt.Errorf("it still serves %s", answer)
		case !allRetired(old):
			reason = errors.New("workers of the configuration before it still take connections")
		default:
			return nil
		}
		select {
		case <-tick.C:
		case <-m.ended:
			return fmt.Errorf("it ended: %w", orUnknown(m.err))
		case <-ctx.Done():
			return fmt.Errorf("configuration %s did not come live in time (%w): %w; see NGINX's error log", id, ctx.Err(), reason)
		}
	}
}

func orUnknown(err error) error {
	if err == nil {
		return errors.New("without an error")
	}
	return err
}
