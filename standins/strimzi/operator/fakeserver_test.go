package operator

import (
	"context"
	"fmt"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/meta/testrestmapper"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/standins/strimzi/api"
	"assay.dev/assay/standins/strimzi/cluster"
)

type schemeAndMapper struct {
	scheme *runtime.Scheme
	mapper meta.RESTMapper
}

// knownTypes is made once: the fake client would make the mapper again for
// every request.
var knownTypes = sync.OnceValue(func() schemeAndMapper {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		corev1.AddToScheme, appsv1.AddToScheme, networkingv1.AddToScheme, policyv1.AddToScheme, rbacv1.AddToScheme,
		api.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			panic(err)
		}
	}
	return schemeAndMapper{scheme: scheme, mapper: testrestmapper.TestOnlyStaticRESTMapper(scheme)}
})

// sharedCA spares most tests the making of keys.
var sharedCA = sync.OnceValues(func() (*cluster.CA, error) {
	return cluster.NewCA("shared", time.Date(2026, 2, 15, 0, 0, 0, 0, time.UTC))
})

// create gives created objects UIDs, as the API server does.
func (b *bench) create(ctx context.Context, c client.WithWatch, object client.Object, options ...client.CreateOption) error {
	b.uids++
	object.SetUID(types.UID(fmt.Sprintf("uid-%d", b.uids)))
	return c.Create(ctx, object, options...)
}

// answerApply does what the real server and client do and the fake ones do
// not: it counts the resource version when the object changed, and decodes the
// answer into the applied object.
func answerApply(ctx context.Context, c client.WithWatch, wanted runtime.ApplyConfiguration, options ...client.ApplyOption) error {
	object, ok := wanted.(client.Object)
	if !ok {
		return fmt.Errorf("%T is not an object", wanted)
	}
	read := func() (*unstructured.Unstructured, error) {
		found := &unstructured.Unstructured{}
		found.SetGroupVersionKind(object.GetObjectKind().GroupVersionKind())
		return found, client.IgnoreNotFound(c.Get(ctx, client.ObjectKeyFromObject(object), found))
	}
	before, err := read()
	if err != nil {
		return err
	}
	if err := c.Apply(ctx, wanted, options...); err != nil {
		return err
	}
	after, err := read()
	if err != nil {
		return err
	}
	version := before.GetResourceVersion()
	before.SetResourceVersion(after.GetResourceVersion())
	if version == "" || !equality.Semantic.DeepEqual(before.Object, after.Object) {
		if err := c.Update(ctx, after); err != nil {
			return err
		}
	} else {
		after.SetResourceVersion(version)
	}
	object.SetResourceVersion(after.GetResourceVersion())
	return nil
}
