package nginx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"time"

	"assay.dev/assay/standins/ingress/config"
)

const (
	// testTimeout bounds one `nginx -t`, which takes some ten milliseconds.
	testTimeout = 15 * time.Second
	// liveTimeout bounds a start or a reload, from the signal to the answer
	// of the new workers. NGINX itself waits 100 ms between starting the new
	// workers and retiring the old ones.
	liveTimeout = 15 * time.Second
	// pollInterval is the time between two looks at a start or reload.
	pollInterval = 5 * time.Millisecond
)

// Settings is what a Server needs to know.
type Settings struct {
	// Binary is NGINX: a path, or a name to look for in $PATH.
	Binary string
	// RunDir and TempDir are the directories of config.Options. They are
	// made when missing; what an earlier NGINX left in RunDir is removed.
	RunDir  string
	TempDir string
	// Stdout is NGINX's standard output, which /dev/stdout means in its
	// configuration. Nil is the null device.
	Stdout *os.File
	// Stderr takes NGINX's error log, without query strings.
	Stderr io.Writer
	Log    *slog.Logger
}

// Server is one NGINX: a master process and its workers.
type Server struct {
	settings Settings
	binary   string
	status   *http.Client

	apply sync.Mutex // one test, start or reload at a time

	mu     sync.Mutex
	live   string
	master *master

	exited chan struct{}
}

// New finds NGINX and prepares its directories; nothing runs yet.
func New(settings Settings) (*Server, error) {
	binary, err := exec.LookPath(settings.Binary)
	if err != nil {
		return nil, fmt.Errorf("finding NGINX: %w; install the package nginx", err)
	}
	if err := prepare(settings.RunDir, settings.TempDir); err != nil {
		return nil, err
	}
	return &Server{
		settings: settings,
		binary:   binary,
		status:   statusClient(settings.RunDir),
		exited:   make(chan struct{}),
	}, nil
}

// Apply makes NGINX serve the configuration and returns when it does.
// NGINX goes on with the configuration before it when it refuses this one.
// Applying what is live already costs nothing.
func (s *Server) Apply(ctx context.Context, bundle config.Bundle) error {
	s.apply.Lock()
	defer s.apply.Unlock()
	if s.Live() == bundle.ID {
		return nil
	}
	if err := s.place(ctx, bundle); err != nil {
		return err
	}
	var err error
	if m := s.running(); m == nil {
		err = s.start(ctx, bundle.ID)
	} else {
		err = s.reload(ctx, m, bundle.ID)
	}
	if err != nil {
		// NGINX may yet come to serve it, so nothing is known to be live.
		s.setLive("")
		return err
	}
	s.setLive(bundle.ID)
	// The files of the earlier configuration have served their time.
	return removeOtherCertificates(s.settings.RunDir, bundle.Certificates)
}

// Live is the ID of the configuration that NGINX is known to serve, or "".
func (s *Server) Live() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.live
}

func (s *Server) setLive(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live = id
}

// Exited is closed when NGINX, once started, has ended.
func (s *Server) Exited() <-chan struct{} { return s.exited }

// Alive asks NGINX itself whether it answers.
func (s *Server) Alive(ctx context.Context) error {
	if s.running() == nil {
		return errors.New("NGINX is not running")
	}
	_, err := s.ask(ctx)
	return err
}

func (s *Server) running() *master {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.master
}
