package workloads

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// elsewhere are names that another specification has.
var elsewhere = []string{
	"CHANGE_TOPIC=order-events", "CHANGE_SOURCE=order-api", "CHANGE_TYPES=order.made,order.changed,order.done,order.gone", "CHANGE_ROUTE=/in/orders",
	"REMINDER_TOPIC=nudges", "REMINDER_SOURCE=order-api", "REMINDER_TYPES=nudge.planned", "REMINDER_ROUTE=/in/nudges",
	"SYNC_TOPIC=order-sync", "SYNC_SOURCE=order-api", "SYNC_TYPES=order.sync", "SYNC_ROUTE=/in/sync",
	"PUBSUB_NAME=bus", "STATESTORE_NAME=store", "BACKEND_APP_ID=order-api", "BACKEND_API_PATH=/v1/orders",
}

// request is one that a service answers by the names that it was given; unknown is one
// by those of the reference, which it then does not know.
type request struct{ method, path, unknown, body, want string }

const orderSync = `{"specversion":"1.0","type":"order.sync","source":"order-api","id":"0a2f9d6e-0f4b-4c43-9a51-0f2b6a3d9c10",` +
	`"time":"2026-02-15T09:30:00Z","data":{"task_id":"0a2f9d6e-0f4b-4c43-9a51-0f2b6a3d9c11","user_id":"0a2f9d6e-0f4b-4c43-9a51-0f2b6a3d9c12",` +
	`"action":"create","task_snapshot":{}}}`

// services are the six; an event that is none is dropped by whoever takes events there.
var services = map[string]request{
	"todo-frontend":       {"GET", "/", "", "", `data-api="/v1/orders"`},
	"todo-backend":        {"POST", "/v1/orders", "/api/tasks", "{}", "/problems/invalid-document"},
	"recurring-worker":    {"POST", "/in/orders", "/events/task-events", "{}", `"DROP"`},
	"audit-worker":        {"POST", "/in/orders", "/events/task-events", "{}", `"DROP"`},
	"notification-worker": {"POST", "/in/nudges", "/events/reminders", "{}", `"DROP"`},
	"websocket-worker":    {"POST", "/in/sync", "/events/task-updates", orderSync, `"SUCCESS"`},
}

// TestEachServiceStartsWithTheNamesOfAnotherSpecification runs the programs.
func TestEachServiceStartsWithTheNamesOfAnotherSpecification(t *testing.T) {
	bin := t.TempDir()
	args := []string{"build", "-buildvcs=false", "-o", bin}
	for name := range services {
		args = append(args, "./"+name)
	}
	if out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for name, r := range services {
		t.Run(name, func(t *testing.T) {
			url := run(t, filepath.Join(bin, name), elsewhere)
			status, body := ask(t, r.method, url+r.path, r.body)
			if status == http.StatusNotFound || !strings.Contains(body, r.want) {
				t.Errorf("%s %s is answered with %d %s, want %s", r.method, r.path, status, body, r.want)
			}
			if r.unknown == "" {
				return
			}
			if status, body := ask(t, r.method, url+r.unknown, r.body); status != http.StatusNotFound {
				t.Errorf("%s %s of the reference is answered with %d %s", r.method, r.unknown, status, body)
			}
		})
	}
}

// TestAServiceNamesTheVariableThatIsWrong ends at once instead of serving half a name.
func TestAServiceNamesTheVariableThatIsWrong(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "audit-worker")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", bin, "./audit-worker").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	command := exec.CommandContext(t.Context(), bin)
	command.Env = []string{"PORT=0", "CHANGE_TYPES=one,two"}
	out, err := command.CombinedOutput()
	if err == nil || !bytes.Contains(out, []byte("CHANGE_TYPES")) {
		t.Errorf("%v: %s", err, out)
	}
}

// run starts a program on a free port, waits until it is alive and ends it with the test.
func run(t *testing.T, program string, env []string) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	command := exec.CommandContext(ctx, program)
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	command.Env = append([]string{"PORT=" + port, "DRAIN_DELAY=0s", "API_PATH=/v1/orders"}, env...)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	t.Cleanup(func() {
		defer cancel()
		if err := command.Process.Signal(syscall.SIGTERM); err != nil {
			t.Errorf("it had ended before: %v", err)
		}
		<-ended
		if t.Failed() {
			t.Logf("%s", &out)
		}
	})
	url := "http://127.0.0.1:" + port
	for {
		select {
		case err := <-ended:
			t.Fatalf("%s ended: %v\n%s", program, err, &out)
		case <-ctx.Done():
			t.Fatalf("%s is not alive within a minute", program)
		case <-time.After(20 * time.Millisecond):
		}
		if connection, err := new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1:"+port); err == nil {
			_ = connection.Close()
			return url
		}
	}
}

func ask(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}
