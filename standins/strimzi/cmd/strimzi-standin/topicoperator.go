package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/standins/strimzi/api"
	"assay.dev/assay/standins/strimzi/kafkaadmin"
	"assay.dev/assay/standins/strimzi/topic"
)

func runTopicOperator(ctx context.Context, l lookup) (err error) {
	config, err := readTopicOperatorConfig(l)
	if err != nil {
		return err
	}
	options, err := managerOptions()
	if err != nil {
		return err
	}
	options.Cache.DefaultNamespaces = map[string]cache.Config{config.namespace: {}}
	options.Cache.ByObject = map[client.Object]cache.ByObject{&api.KafkaTopic{}: {Label: config.selector}}
	mgr, err := newManager(options)
	if err != nil {
		return err
	}
	kafka := kafkaadmin.NewTopics(config.bootstrap)
	defer func() { err = errors.Join(err, kafka.Close()) }()
	topics := &topic.Reconciler{Client: mgr.GetClient(), Kafka: kafka, Interval: config.interval, Now: time.Now}
	if err := topics.SetupWithManager(mgr); err != nil {
		return fmt.Errorf("set up KafkaTopic controller: %w", err)
	}
	ctrl.Log.Info("Starting stand-in topic operator", "namespace", config.namespace,
		"resources", config.selector.String(), "brokers", config.bootstrap, "interval", config.interval)
	return mgr.Start(ctx)
}
