package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/standins/strimzi/api"
)

// imageUser is the user and group that servers run as; Strimzi's images too.
const imageUser = 1001

// podParts is what distinguishes the pods of the two server components.
type podParts struct {
	ordinal       int32
	component     Component
	name          string // of the pod set
	componentType string
	container     string
	subdomain     string
	labels        map[string]string
	annotations   map[string]string
	command       []string
	env           []corev1.EnvVar
	ports         []corev1.ContainerPort
	configMap     string
	configPath    string
	dataPath      string
	probes        probes
}

// pod renders one pod that a restricted namespace admits, with its revision.
func (c *Cluster) pod(p podParts) corev1.Pod {
	name := PodName(p.name, p.ordinal)
	template := p.component.PodTemplate
	var userLabels, userAnnotations map[string]string
	if template.Metadata != nil {
		userLabels, userAnnotations = template.Metadata.Labels, template.Metadata.Annotations
	}
	grace := int64(30)
	if template.TerminationGracePeriodSeconds != nil {
		grace = *template.TerminationGracePeriodSeconds
	}
	pod := corev1.Pod{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{
			Name:      name,
			Namespace: c.Namespace,
			Labels: merged(userLabels, c.labels(p.name, p.componentType), p.labels, map[string]string{
				LabelPodName:                         name,
				"statefulset.kubernetes.io/pod-name": name,
				LabelController:                      "strimzipodset",
				LabelControllerName:                  p.name,
			}),
			Annotations: merged(userAnnotations, p.annotations),
		},
		Spec: corev1.PodSpec{
			Hostname:                      name,
			Subdomain:                     p.subdomain,
			ServiceAccountName:            p.name,
			AutomountServiceAccountToken:  ptr(false),
			EnableServiceLinks:            ptr(false),
			RestartPolicy:                 corev1.RestartPolicyAlways,
			TerminationGracePeriodSeconds: &grace,
			SecurityContext:               podSecurity(imageUser),
			Containers: []corev1.Container{{
				Name:            p.container,
				Image:           p.component.Image,
				ImagePullPolicy: corev1.PullIfNotPresent,
				Command:         p.command,
				Env:             p.env,
				Ports:           p.ports,
				Resources:       p.component.Resources,
				SecurityContext: containerSecurity(),
				StartupProbe:    p.probes.startup,
				ReadinessProbe:  p.probes.readiness,
				LivenessProbe:   p.probes.liveness,
				VolumeMounts: []corev1.VolumeMount{
					{Name: "data", MountPath: p.dataPath},
					{Name: "configuration", MountPath: p.configPath, ReadOnly: true},
					{Name: "tmp", MountPath: "/tmp"},
				},
			}},
			Volumes: []corev1.Volume{
				dataVolume(name, p.component.Storage),
				{Name: "configuration", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
					LocalObjectReference: corev1.LocalObjectReference{Name: p.configMap},
				}}},
				tmpVolume(),
			},
		},
	}
	pod.Annotations[AnnotationRevision] = revision(pod)
	return pod
}

// tmpVolume holds the native libraries that compression codecs unpack.
func tmpVolume() corev1.Volume {
	limit := resource.MustParse("64Mi")
	return corev1.Volume{Name: "tmp", VolumeSource: corev1.VolumeSource{
		EmptyDir: &corev1.EmptyDirVolumeSource{SizeLimit: &limit},
	}}
}

func podSecurity(user int64) *corev1.PodSecurityContext {
	return &corev1.PodSecurityContext{
		RunAsNonRoot:   ptr(true),
		RunAsUser:      &user,
		RunAsGroup:     &user,
		FSGroup:        &user,
		SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
	}
}

func containerSecurity() *corev1.SecurityContext {
	return &corev1.SecurityContext{
		AllowPrivilegeEscalation: ptr(false),
		ReadOnlyRootFilesystem:   ptr(true),
		Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
	}
}

// revision is a short hash of all that is in a pod; a running pod whose
// revision differs from the wanted one is rolled.
func revision(pod corev1.Pod) string { return hash(pod) }

func hash(value any) string {
	raw, err := json.Marshal(value)
	if err != nil {
		// only maps of strings and API types are hashed
		panic(fmt.Sprintf("hash: %v", err))
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:4])
}

func containerPort(name string, port int32) corev1.ContainerPort {
	return corev1.ContainerPort{Name: name, ContainerPort: port, Protocol: corev1.ProtocolTCP}
}

func ptr[T any](value T) *T { return &value }

// podSet wraps pods into the StrimziPodSet that controls them.
func (c *Cluster) podSet(name, componentType string, component Component, pods []corev1.Pod) *api.StrimziPodSet {
	set := &api.StrimziPodSet{
		TypeMeta:   metav1.TypeMeta{APIVersion: api.CoreGroupVersion.String(), Kind: "StrimziPodSet"},
		ObjectMeta: c.meta(name, c.labels(name, componentType)),
		Spec: api.StrimziPodSetSpec{
			Selector: metav1.LabelSelector{MatchLabels: c.selector(name)},
			Pods:     pods,
		},
	}
	set.Annotations = map[string]string{
		AnnotationStorage:      EncodeStorage(component.Storage),
		AnnotationKafkaVersion: c.Version,
	}
	return set
}
