package rewriteproxy

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/apimachinery/pkg/util/httpstream/spdy"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"

	"assay.dev/assay/harness/kube"
)

const version = "Zookeeper version: 3.8.2-139"

// streams takes an upgraded request and gives each stream to serve by the type
// that the client named it by.
func streams(t *testing.T, protocol string, serve func(kind string, stream httpstream.Stream)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, err := httpstream.Handshake(r, w, []string{protocol}); err != nil {
			t.Error(err)
			return
		}
		connection := spdy.NewResponseUpgrader().UpgradeResponse(w, r, func(stream httpstream.Stream, accepted <-chan struct{}) error {
			go func() {
				<-accepted
				serve(stream.Headers().Get(corev1.StreamType), stream)
			}()
			return nil
		})
		if connection == nil {
			t.Error("the connection was not upgraded")
			return
		}
		<-connection.CloseChan()
	}
}

// pod is a fake API with one pod, over HTTP/2 as Kubernetes speaks it.
func pod(t *testing.T) *httptest.Server {
	t.Helper()
	const path = "/api/v1/namespaces/kafka/pods/zookeeper-0"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"zookeeper-0","namespace":"kafka"}}`)
	})
	mux.HandleFunc("POST "+path+"/exec", streams(t, "v4.channel.k8s.io", func(kind string, stream httpstream.Stream) {
		if kind == corev1.StreamTypeStdout {
			_, _ = io.WriteString(stream, version)
		}
		_ = stream.Close()
	}))
	mux.HandleFunc("POST "+path+"/portforward", streams(t, portforward.PortForwardProtocolV1Name, func(kind string, stream httpstream.Stream) {
		if kind == corev1.StreamTypeData {
			word := make([]byte, 4)
			_, _ = io.ReadFull(stream, word)
			_, _ = io.WriteString(stream, string(word)+" "+version)
		}
		_ = stream.Close()
	}))
	api := httptest.NewUnstartedServer(mux)
	api.EnableHTTP2 = true
	api.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	api.StartTLS()
	t.Cleanup(api.Close)
	return api
}

// clusterThrough is a cluster seen through a proxy.
func clusterThrough(t *testing.T, api *httptest.Server, views ...View) *kube.Cluster {
	t.Helper()
	cluster, err := kube.Connect(opened(t, &rest.Config{Host: api.URL, TLSClientConfig: rest.TLSClientConfig{Insecure: true}}, views))
	if err != nil {
		t.Fatal(err)
	}
	return cluster
}

func TestCommandsAndPortsPassThrough(t *testing.T) {
	tests := []struct {
		name  string
		views []View
		want  string // through a port
	}{
		{"another object", []View{{Kind: "Node", Name: "x", Absent: true}}, "srvr " + version},
		{"the pod says something else", []View{{Kind: "Pod", Namespace: "kafka", Name: "zookeeper-0", Override: &Override{"version: 3.8.2", "version: 3.9.9"}}},
			"srvr " + strings.Replace(version, "3.8.2", "3.9.9", 1)},
		{"another pod says something else", []View{{Kind: "Pod", Namespace: "kafka", Name: "zookeeper-1", Override: &Override{"version: 3.8.2", "version: 3.9.9"}}}, "srvr " + version},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			cluster := clusterThrough(t, pod(t), test.views...)
			if out, err := cluster.Exec(ctx, "kafka", "zookeeper-0", "", "version"); err != nil || out != version {
				t.Errorf("a command printed %q, %v", out, err)
			}
			connection, err := cluster.Dialer.DialContext(ctx, "tcp", "zookeeper-0.kafka.pod:2181")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = connection.Close() }()
			if err := connection.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(connection, "srvr"); err != nil {
				t.Fatal(err)
			}
			read := make([]byte, len(test.want))
			if _, err := io.ReadFull(connection, read); err != nil || string(read) != test.want {
				t.Errorf("the port said %q, %v, want %q", read, err, test.want)
			}
		})
	}
}

func TestTextsOfTwoLengthsAreRefused(t *testing.T) {
	_, err := Open(&rest.Config{Host: "http://127.0.0.1:1"}, []View{{Kind: "Pod", Name: "x", Override: &Override{"long", "longer"}}})
	if err == nil || !strings.Contains(err.Error(), "one length") {
		t.Errorf("%v", err)
	}
}
