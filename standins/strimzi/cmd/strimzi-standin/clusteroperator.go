package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"assay.dev/assay/standins/strimzi/api"
	"assay.dev/assay/standins/strimzi/cluster"
	"assay.dev/assay/standins/strimzi/kafkaadmin"
	"assay.dev/assay/standins/strimzi/operator"
)

func runClusterOperator(ctx context.Context, l lookup) error {
	config, err := readClusterOperatorConfig(l)
	if err != nil {
		return err
	}
	options, err := managerOptions()
	if err != nil {
		return err
	}
	options.Cache.DefaultNamespaces = map[string]cache.Config{}
	for _, namespace := range config.namespaces {
		options.Cache.DefaultNamespaces[namespace] = cache.Config{}
	}
	if options.Cache.ByObject, err = ownObjectsOnly(); err != nil {
		return err
	}
	mgr, err := newManager(options)
	if err != nil {
		return err
	}
	recorder := mgr.GetEventRecorderFor(cluster.ManagedBy)
	kafka := &operator.KafkaReconciler{
		Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Recorder: recorder, Settings: config.settings,
		OperationTimeout: config.operationTimeout, FullInterval: config.fullInterval,
		Describe: kafkaadmin.Describe, NewCA: cluster.NewCA, Now: time.Now,
	}
	if err := kafka.SetupWithManager(mgr); err != nil {
		return fmt.Errorf("set up Kafka controller: %w", err)
	}
	podSets := &operator.PodSetReconciler{Client: mgr.GetClient(), Recorder: recorder}
	if err := podSets.SetupWithManager(mgr); err != nil {
		return fmt.Errorf("set up StrimziPodSet controller: %w", err)
	}
	ctrl.Log.Info("Starting stand-in cluster operator", "contract", "Strimzi "+cluster.OperatorVersion,
		"namespaces", config.namespaces, "kafka", cluster.RunnableVersion)
	return mgr.Start(ctx)
}

// ownObjectsOnly keeps other owners' objects, and above all their Secrets, out
// of the cache.
func ownObjectsOnly() (map[client.Object]cache.ByObject, error) {
	selector, err := labels.Parse(cluster.LabelKind + "=" + cluster.KindKafka)
	if err != nil {
		return nil, fmt.Errorf("label selector: %w", err)
	}
	byObject := map[client.Object]cache.ByObject{}
	for _, object := range []client.Object{
		&corev1.Pod{}, &corev1.Secret{}, &corev1.ConfigMap{}, &corev1.Service{}, &corev1.ServiceAccount{},
		&corev1.PersistentVolumeClaim{}, &appsv1.Deployment{}, &rbacv1.Role{}, &rbacv1.RoleBinding{},
		&networkingv1.NetworkPolicy{}, &policyv1.PodDisruptionBudget{},
	} {
		byObject[object] = cache.ByObject{Label: selector}
	}
	return byObject, nil
}

// managerOptions are those that both operators share: health on Strimzi's port
// and paths, no metrics, no leader election since there is one replica.
func managerOptions() (ctrl.Options, error) {
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		return ctrl.Options{}, fmt.Errorf("register Kubernetes types: %w", err)
	}
	if err := api.AddToScheme(scheme); err != nil {
		return ctrl.Options{}, fmt.Errorf("register Strimzi types: %w", err)
	}
	return ctrl.Options{
		Scheme:                 scheme,
		HealthProbeBindAddress: fmt.Sprintf(":%d", cluster.HealthPort),
		LivenessEndpointName:   "/healthy",
		ReadinessEndpointName:  "/ready",
		Metrics:                metricsserver.Options{BindAddress: "0"},
	}, nil
}

// newManager connects to the API server. The operator is ready when its
// watches have delivered what there is.
func newManager(options ctrl.Options) (ctrl.Manager, error) {
	rest, err := ctrl.GetConfig()
	if err != nil {
		return nil, fmt.Errorf("find the Kubernetes API server: %w", err)
	}
	mgr, err := ctrl.NewManager(rest, options)
	if err != nil {
		return nil, fmt.Errorf("set up the operator: %w", err)
	}
	err = mgr.AddHealthzCheck("alive", func(*http.Request) error { return nil })
	if err != nil {
		return nil, fmt.Errorf("serve liveness: %w", err)
	}
	err = mgr.AddReadyzCheck("watching", func(request *http.Request) error {
		ctx, cancel := context.WithTimeout(request.Context(), time.Second)
		defer cancel()
		if !mgr.GetCache().WaitForCacheSync(ctx) {
			return fmt.Errorf("watches are not complete yet; is the CRD installed and may the service account watch?")
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("serve readiness: %w", err)
	}
	return mgr, nil
}
