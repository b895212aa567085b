package cluster

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Bounds of what the test waits for.
const (
	serverStartTimeout = 90 * time.Second
	serverStopTimeout  = 60 * time.Second
	probePause         = 100 * time.Millisecond
)

// host is where pods' processes run for the test: a directory for each path
// and a free port for each port.
type host struct {
	dir       string
	libraries string
	zookeeper int32
	ports     map[string]int32
}

func newHost(t *testing.T, libraryDir string) *host {
	t.Helper()
	h := &host{dir: t.TempDir(), libraries: filepath.Join(libraryDir, "*"), zookeeper: freePort(t), ports: map[string]int32{}}
	for _, id := range []string{controlPlaneListener, replicationListener, "PLAIN-9092"} {
		h.ports[id] = freePort(t)
	}
	return h
}

func (h *host) address(listener string) string { return fmt.Sprintf("127.0.0.1:%d", h.ports[listener]) }

func (h *host) startZookeeper(t *testing.T, c *Cluster) *server {
	t.Helper()
	pod := c.ZookeeperPodSet().Spec.Pods[0]
	container := pod.Spec.Containers[0]
	config := c.ZookeeperConfig(Ensemble{DataDir: h.dir + zookeeperDataPath, ClientPort: h.zookeeper})
	h.write(t, zookeeperConfigPath+"/zk/"+zookeeperConfigKey, config)
	h.write(t, zookeeperConfigPath+"/zk/"+log4jKey, ZookeeperLog4j())
	move := strings.NewReplacer(
		libraries, h.libraries,
		zookeeperConfigPath, h.dir+zookeeperConfigPath+"/zk",
		zookeeperDataPath, h.dir+zookeeperDataPath,
		"/2181", "/"+strconv.Itoa(int(h.zookeeper)))
	s := start(t, container.Name, moved(move, container.Command), []string{"ZOOKEEPER_ID=" + container.Env[0].Value})
	s.await(t, moved(move, container.StartupProbe.Exec.Command))
	s.await(t, moved(move, container.ReadinessProbe.Exec.Command))
	if id, err := os.ReadFile(h.dir + zookeeperDataPath + "/myid"); err != nil || string(id) != "1" {
		t.Errorf("myid = %q, %v", id, err)
	}
	return s
}

func (h *host) startKafka(t *testing.T, c *Cluster) *server {
	t.Helper()
	container := c.KafkaPodSet().Spec.Pods[0].Spec.Containers[0]
	h.write(t, kafkaConfigPath+"/kafka/"+serverConfigKey, c.ServerConfig(Endpoint{
		BindHost: "127.0.0.1", AdvertisedHost: "127.0.0.1", LogDir: h.dir + kafkaDataPath,
		ZookeeperConnect: fmt.Sprintf("127.0.0.1:%d", h.zookeeper), Ports: h.ports,
	}))
	h.write(t, kafkaConfigPath+"/kafka/"+log4jKey, KafkaLog4j())
	move := strings.NewReplacer(
		libraries, h.libraries,
		kafkaConfigPath, h.dir+kafkaConfigPath+"/kafka",
		"/9091", "/"+strconv.Itoa(int(h.ports[replicationListener])))
	s := start(t, container.Name, moved(move, container.Command), nil)
	s.await(t, moved(move, container.ReadinessProbe.Exec.Command))
	return s
}

func (h *host) write(t *testing.T, path, text string) {
	t.Helper()
	path = h.dir + path
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func moved(move *strings.Replacer, command []string) []string {
	all := make([]string, len(command))
	for i, argument := range command {
		all[i] = move.Replace(argument)
	}
	return all
}

// server is a started process.
type server struct {
	name string
	log  lockedBuffer
	cmd  *exec.Cmd
	done chan struct{}
}

func start(t *testing.T, name string, command, env []string) *server {
	t.Helper()
	s := &server{name: name, done: make(chan struct{})}
	s.cmd = exec.Command(command[0], command[1:]...)
	s.cmd.Env = append(os.Environ(), env...)
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	t.Cleanup(func() {
		if s.cmd.Process != nil {
			_ = s.cmd.Process.Kill()
			<-s.done
		}
	})
	if err := s.cmd.Start(); err != nil {
		close(s.done)
		t.Fatalf("start %s: %v", name, err)
	}
	go func() {
		_ = s.cmd.Wait()
		close(s.done)
	}()
	return s
}

// await runs a probe's command until it succeeds.
func (s *server) await(t *testing.T, probe []string) {
	t.Helper()
	started := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), serverStartTimeout)
	defer cancel()
	ticks := time.NewTicker(probePause)
	defer ticks.Stop()
	for {
		out, err := exec.CommandContext(ctx, probe[0], probe[1:]...).CombinedOutput()
		if err == nil {
			t.Logf("%s passed its probe after %s", s.name, time.Since(started).Round(time.Millisecond))
			return
		}
		select {
		case <-s.done:
			t.Fatalf("%s ended:\n%s", s.name, tail(s.log.String()))
		case <-ctx.Done():
			t.Fatalf("%s did not pass its probe in %s: %v %s\n%s", s.name, serverStartTimeout, err, out, tail(s.log.String()))
		case <-ticks.C:
		}
	}
}

// stop ends the process as the kubelet does and waits for it.
func (s *server) stop(t *testing.T) {
	t.Helper()
	started := time.Now()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.done:
		t.Logf("%s ended %s after SIGTERM: %s", s.name, time.Since(started).Round(time.Millisecond), s.cmd.ProcessState)
	case <-time.After(serverStopTimeout):
		t.Fatalf("%s still ran %s after SIGTERM", s.name, serverStopTimeout)
	}
}

type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func tail(log string) string {
	lines := strings.Split(log, "\n")
	return strings.Join(lines[max(0, len(lines)-40):], "\n")
}

func freePort(t *testing.T) int32 {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return int32(listener.Addr().(*net.TCPAddr).Port)
}
