package cluster

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/standins/strimzi/api"
)

// Settings are the operator-wide inputs.
type Settings struct {
	// KafkaImages maps a Kafka version to the image that runs it.
	KafkaImages map[string]string
	// TopicOperatorImage runs the topic operator unless the resource names one.
	TopicOperatorImage string
	// OperatorNamespace is where the cluster operator's own pod runs.
	OperatorNamespace string
}

// Observed is what an existing cluster was last rendered with. Nil components
// do not exist yet.
type Observed struct {
	Kafka     *ObservedComponent
	Zookeeper *ObservedComponent
}

// ObservedComponent is the part of a pod set that later changes are held to.
type ObservedComponent struct {
	Replicas int32
	Storage  api.Storage
}

// Cluster is a validated Kafka resource with defaults filled in: all that the
// objects are rendered from.
type Cluster struct {
	Namespace string
	Name      string
	Version   string
	Listeners []api.KafkaListener
	Kafka     Component
	Zookeeper Component
	// TopicOperator is nil when the resource asks for none.
	TopicOperator *TopicOperator
	// Warnings are the conditions of type Warning that the spec gives cause for.
	Warnings []api.Condition

	owner             metav1.OwnerReference
	operatorNamespace string
}

// Component is the brokers or the ZooKeeper servers.
type Component struct {
	Replicas    int32
	Image       string
	Storage     api.Storage
	Config      map[string]string
	Resources   corev1.ResourceRequirements
	JvmOptions  api.JvmOptions
	PodTemplate api.PodTemplate
}

// TopicOperator is the entity operator's only container here.
type TopicOperator struct {
	Image           string
	IntervalSeconds int64
	Resources       corev1.ResourceRequirements
	PodTemplate     api.PodTemplate
}

// New validates a Kafka resource against what the stand-in can run and against
// the cluster that exists. The error is an *Error.
func New(kafka *api.Kafka, settings Settings, observed Observed) (*Cluster, error) {
	for _, check := range []func(*api.Kafka) error{
		checkKnownFields, checkMode, checkListeners, checkRequired, checkTopicOperator,
	} {
		if err := check(kafka); err != nil {
			return nil, err
		}
	}
	version, image, err := kafkaVersion(kafka, settings.KafkaImages)
	if err != nil {
		return nil, err
	}
	c := &Cluster{
		Namespace: kafka.Namespace,
		Name:      kafka.Name,
		Version:   version,
		Listeners: kafka.Spec.Kafka.Listeners,
		owner: *metav1.NewControllerRef(kafka,
			api.KafkaGroupVersion.WithKind("Kafka")),
		operatorNamespace: settings.OperatorNamespace,
	}
	if err := c.addKafka(&kafka.Spec.Kafka, image, observed.Kafka); err != nil {
		return nil, err
	}
	if err := c.addZookeeper(kafka.Spec.Zookeeper, image, observed.Zookeeper); err != nil {
		return nil, err
	}
	c.addTopicOperator(kafka.Spec.EntityOperator, settings.TopicOperatorImage)
	c.Warnings = append(c.Warnings, storageWarnings(c)...)
	return c, nil
}

func (c *Cluster) addKafka(spec *api.KafkaClusterSpec, image string, observed *ObservedComponent) error {
	component, warnings, err := newComponent(componentSpec{
		path: "spec.kafka", replicas: spec.Replicas, storage: spec.Storage, config: spec.Config,
		options: kafkaOptions, resources: spec.Resources, jvm: spec.JvmOptions, template: spec.Template,
		warningReason: "KafkaStorage",
	}, observed)
	if err != nil {
		return err
	}
	component.Image = image
	c.Kafka = *component
	c.Warnings = append(c.Warnings, warnings...)
	return nil
}

func (c *Cluster) addZookeeper(spec *api.ZookeeperClusterSpec, image string, observed *ObservedComponent) error {
	component, warnings, err := newComponent(componentSpec{
		path: "spec.zookeeper", replicas: spec.Replicas, storage: spec.Storage, config: spec.Config,
		options: zookeeperOptions, resources: spec.Resources, jvm: spec.JvmOptions, template: spec.Template,
		warningReason: "ZooKeeperStorage",
	}, observed)
	if err != nil {
		return err
	}
	if observed != nil && observed.Replicas != component.Replicas {
		return invalid("spec.zookeeper.replicas: changing it from %d to %d is not supported by the stand-in operator, "+
			"which cannot reconfigure a running ensemble; set it back, or delete the Kafka resource and create it again",
			observed.Replicas, component.Replicas)
	}
	component.Image = image
	if spec.Image != "" {
		component.Image = spec.Image
	}
	c.Zookeeper = *component
	c.Warnings = append(c.Warnings, warnings...)
	return nil
}

func (c *Cluster) addTopicOperator(spec *api.EntityOperatorSpec, image string) {
	if spec == nil || spec.TopicOperator == nil {
		return
	}
	operator := &TopicOperator{
		Image:           image,
		IntervalSeconds: 120,
		Resources:       spec.TopicOperator.Resources,
		PodTemplate:     podTemplate(spec.Template),
	}
	if spec.TopicOperator.Image != "" {
		operator.Image = spec.TopicOperator.Image
	}
	if seconds := spec.TopicOperator.ReconciliationIntervalSeconds; seconds != nil {
		operator.IntervalSeconds = *seconds
	}
	c.TopicOperator = operator
}
