package platform

import (
	"io"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

func TestForgetPending(t *testing.T) {
	record := func(name, status string) *corev1.Secret {
		return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{
			Namespace: "dapr-system", Name: name, Labels: map[string]string{"owner": "helm", "name": "dapr", "status": status},
		}}
	}
	client := fake.NewClientset(record("v1", "superseded"), record("v2", "deployed"), record("v3", "pending-upgrade"), record("w1", "pending-install"))
	if err := forgetPending(t.Context(), io.Discard, client); err != nil {
		t.Fatal(err)
	}
	left, err := client.CoreV1().Secrets("").List(t.Context(), metav1.ListOptions{})
	if err != nil || len(left.Items) != 2 || left.Items[0].Name != "v1" || left.Items[1].Name != "v2" {
		t.Errorf("left: %+v, %v", left.Items, err)
	}
}
