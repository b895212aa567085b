package kube

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/httpstream"
)

// conn is a forwarded connection as a net.Conn. The stream knows no deadlines,
// so a pump reads it into a pipe that does.
type conn struct {
	net.Conn // our end of the pipe
	peer     net.Conn
	tunnel   httpstream.Connection
	data     httpstream.Stream
	remote   net.Addr

	mu     sync.Mutex
	refuse error // what the kubelet said against the connection
	once   sync.Once
}

// newConn starts the pumps of a connection; they end when it is closed by either
// side.
func newConn(tunnel httpstream.Connection, data, errorStream httpstream.Stream, pod *corev1.Pod, port int) *conn {
	near, far := net.Pipe()
	c := &conn{
		Conn: near, peer: far, tunnel: tunnel, data: data,
		remote: podAddr(fmt.Sprintf("%s/%s:%d", pod.Namespace, pod.Name, port)),
	}
	go func() { // what the kubelet reports ends the connection with its reason
		if message, err := io.ReadAll(errorStream); err == nil && len(message) > 0 {
			c.mu.Lock()
			c.refuse = errors.New(string(message))
			c.mu.Unlock()
			c.shut()
		}
	}()
	go func() {
		_, _ = io.Copy(far, data)
		c.shut()
	}()
	go func() {
		_, _ = io.Copy(data, far)
		c.shut()
	}()
	return c
}

func (c *conn) shut() {
	c.once.Do(func() {
		_ = c.peer.Close()
		_ = c.data.Reset()
		_ = c.tunnel.Close()
	})
}

// Read implements net.Conn; at the end of a connection that the cluster refused
// it returns the cluster's reason.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	return n, c.explain(err)
}

// Write implements net.Conn.
func (c *conn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	return n, c.explain(err)
}

func (c *conn) explain(err error) error {
	if err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refuse != nil {
		return c.refuse
	}
	return err
}

// Close implements net.Conn.
func (c *conn) Close() error {
	err := c.Conn.Close()
	c.shut()
	return err
}

// RemoteAddr implements net.Conn.
func (c *conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline implements net.Conn.
func (c *conn) SetDeadline(t time.Time) error { return c.Conn.SetDeadline(t) }

// podAddr is the address of a port of a pod.
type podAddr string

func (podAddr) Network() string  { return "pod" }
func (a podAddr) String() string { return string(a) }
