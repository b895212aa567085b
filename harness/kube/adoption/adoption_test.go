package adoption

import (
	"errors"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/fake"
	k8stesting "k8s.io/client-go/testing"

	"assay.dev/assay/harness/kube/target"
)

const run = "ABCDEF234567"

const uid = types.UID("11111111-2222-3333-4444-555555555555")

// cluster is a fake one with these labels on kube-system.
func cluster(labels map[string]string) *fake.Clientset {
	client := fake.NewClientset(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: metav1.NamespaceSystem, UID: uid, Labels: labels,
	}})
	client.PrependReactor("create", "serviceaccounts", func(action k8stesting.Action) (bool, runtime.Object, error) {
		if action.GetSubresource() != "token" {
			return false, nil, nil
		}
		return true, &authenticationv1.TokenRequest{Status: authenticationv1.TokenRequestStatus{Token: "made-up-token"}}, nil
	})
	return client
}

func marked() map[string]string { return map[string]string{target.Label: target.LabelValue} }

// accounts counts the run's service accounts and bindings.
func accounts(t *testing.T, client *fake.Clientset) int {
	t.Helper()
	made, err := client.CoreV1().ServiceAccounts("").List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	bindings, err := client.RbacV1().ClusterRoleBindings().List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return len(made.Items) + len(bindings.Items)
}

func isMarked(t *testing.T, client *fake.Clientset) bool {
	t.Helper()
	namespace, err := client.CoreV1().Namespaces().Get(t.Context(), metav1.NamespaceSystem, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return namespace.Labels[target.Label] == target.LabelValue
}

func TestTake(t *testing.T) {
	tests := map[string]struct {
		labels  map[string]string
		opts    Options
		wantErr error
		marked  bool
	}{
		"a marked cluster":                   {marked(), Options{}, nil, true},
		"the pinned cluster":                 {marked(), Options{Pinned: uid}, nil, true},
		"another cluster than pinned":        {marked(), Options{Pinned: "other"}, ErrOther, true},
		"another cluster, not even marked":   {nil, Options{Pinned: "other", Mark: true}, ErrOther, false},
		"somebody's cluster":                 {nil, Options{}, ErrNotMarked, false},
		"somebody's cluster, marked no":      {map[string]string{target.Label: "no"}, Options{}, ErrNotMarked, false},
		"a cluster that the run itself made": {nil, Options{Mark: true}, nil, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			client := cluster(test.labels)
			test.opts.TTL, test.opts.Run, test.opts.Rights = time.Hour, run, Rights{Admin: true}
			adopted, err := Take(t.Context(), client, test.opts)
			if !errors.Is(err, test.wantErr) {
				t.Fatalf("error is %v, want %v", err, test.wantErr)
			}
			if isMarked(t, client) != test.marked {
				t.Errorf("marked is %v, want %v", !test.marked, test.marked)
			}
			if err != nil {
				if left := accounts(t, client); left != 0 {
					t.Errorf("a refused cluster got %d objects", left)
				}
				return
			}
			if adopted.UID != uid || adopted.Token != "made-up-token" || accounts(t, client) != 2 {
				t.Errorf("claimed %s with %d objects", adopted.UID, accounts(t, client))
			}
			if err := errors.Join(Drop(t.Context(), client, run, nil), Drop(t.Context(), client, run, nil)); err != nil || accounts(t, client) != 0 {
				t.Errorf("%d objects are left (%v)", accounts(t, client), err)
			}
		})
	}
}

func TestTakeAgainKeepsTheAccount(t *testing.T) {
	client := cluster(marked())
	for range 2 {
		if _, err := Take(t.Context(), client, Options{Run: run, TTL: time.Hour, Rights: Rights{Admin: true}}); err != nil {
			t.Fatal(err)
		}
	}
	if accounts(t, client) != 2 {
		t.Errorf("%d objects after two claims, want 2", accounts(t, client))
	}
}

func TestFailedTakeLeavesNoRights(t *testing.T) {
	client := cluster(marked())
	client.PrependReactor("create", "serviceaccounts", func(action k8stesting.Action) (bool, runtime.Object, error) {
		return action.GetSubresource() == "token", nil, errors.New("tokens are out")
	})
	if _, err := Take(t.Context(), client, Options{Run: run, TTL: time.Hour, Rights: Rights{Admin: true}}); err == nil {
		t.Fatal("no error")
	}
	if left := accounts(t, client); left != 0 {
		t.Errorf("%d objects are left", left)
	}
}

func TestSafetyAnotherClustersAccountStays(t *testing.T) {
	client := cluster(marked())
	if _, err := Take(t.Context(), client, Options{Run: run, TTL: time.Hour, Rights: Rights{Admin: true}}); err != nil {
		t.Fatal(err)
	}
	for _, pinned := range []types.UID{"", "other"} {
		if err := GiveUp(t.Context(), client, run, pinned); !errors.Is(err, ErrOther) || accounts(t, client) != 2 {
			t.Errorf("pinned %q: %d objects are left (%v)", pinned, accounts(t, client), err)
		}
	}
	if err := GiveUp(t.Context(), client, run, uid); err != nil || accounts(t, client) != 0 {
		t.Errorf("%d objects are left (%v)", accounts(t, client), err)
	}
}

func TestSafetyAnotherRunsAccountStays(t *testing.T) {
	client := cluster(marked())
	for _, id := range []string{run, "OTHER"} {
		if _, err := Take(t.Context(), client, Options{Run: id, TTL: time.Hour, Rights: Rights{Admin: true}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := GiveUp(t.Context(), client, run, uid); err != nil || accounts(t, client) != 2 {
		t.Errorf("%d objects are left (%v), want the other run's two", accounts(t, client), err)
	}
	if _, err := client.CoreV1().ServiceAccounts("kube-system").Get(t.Context(), "assay-run-other", metav1.GetOptions{}); err != nil {
		t.Error(err)
	}
	if _, err := Take(t.Context(), client, Options{TTL: time.Hour}); err == nil {
		t.Error("a run without an ID claims a cluster")
	}
}
