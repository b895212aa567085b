package render

import (
	"strings"
	"testing"
)

// TestTheListenerMayWantTLSAndAPassword: the listener, the user and the operator that
// makes its password.
func TestTheListenerMayWantTLSAndAPassword(t *testing.T) {
	renderer := find(t)
	for name, tc := range map[string]struct{ password, want string }{
		"of the operator": {"", ""},
		"of a Secret":     {"    password: {secret: mine}\n", "mine/password"},
	} {
		t.Run(name, func(t *testing.T) {
			renderer := renderer
			renderer.Platform = written(t, replaced(t, read(t, referencePlatform), [][2]string{
				{"    port: 9092\n    tls: false\n", "    port: 9092\n    tls: true\n    authentication: scram-sha-512\n    user: assay\n" + tc.password},
			}))
			objects, err := renderer.Render(t.Context(), Options{Environment: "kind-hermetic", Selector: "name=kafka"})
			if err != nil {
				t.Fatal(err)
			}
			kafka := named(t, objects, "Kafka", "kafka", "todo-kafka")
			listeners, _ := at(kafka, "spec", "kafka", "listeners").([]any)
			listener, _ := listeners[0].(map[string]any)
			authentication, _ := listener["authentication"].(map[string]any)
			if listener["tls"] != true || authentication["type"] != "scram-sha-512" {
				t.Errorf("the listener is %v", listener)
			}
			if at(kafka, "spec", "entityOperator", "userOperator") == nil {
				t.Error("no operator makes users")
			}
			user := named(t, objects, "KafkaUser", "kafka", "assay")
			if at(user, "spec", "authentication", "type") != "scram-sha-512" || user.GetLabels()["strimzi.io/cluster"] != "todo-kafka" {
				t.Errorf("the user is %v", user.Object)
			}
			reference, _ := at(user, "spec", "authentication", "password", "valueFrom", "secretKeyRef").(map[string]any)
			secret, _ := reference["name"].(string)
			key, _ := reference["key"].(string)
			if got := strings.Trim(secret+"/"+key, "/"); got != tc.want {
				t.Errorf("the password is that of %q, want %q", got, tc.want)
			}
		})
	}
}
