package cluster

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/standins/strimzi/api"
)

func TestEphemeralStorage(t *testing.T) {
	c := render(t, "storage: {type: ephemeral}", "storage: {type: ephemeral, sizeLimit: 2Gi}")
	if len(c.KafkaClaims())+len(c.ZookeeperClaims()) != 0 {
		t.Error("ephemeral storage needs no claims")
	}
	for _, pod := range []corev1.Pod{c.KafkaPodSet().Spec.Pods[0], c.ZookeeperPodSet().Spec.Pods[0]} {
		volume := pod.Spec.Volumes[0]
		if volume.Name != "data" || volume.EmptyDir == nil || volume.EmptyDir.SizeLimit.String() != "2Gi" {
			t.Errorf("volume of %s = %+v", pod.Name, volume)
		}
	}
}

func TestPersistentStorage(t *testing.T) {
	for name, tc := range map[string]struct {
		storage string
		owned   bool
		class   string
	}{
		"kept, default class":      {"{type: persistent-claim, size: 5Gi}", false, ""},
		"deleted with the cluster": {"{type: persistent-claim, size: 5Gi, deleteClaim: true, class: fast}", true, "fast"},
	} {
		t.Run(name, func(t *testing.T) {
			c := render(t, "storage: {type: ephemeral}", "storage: "+tc.storage)
			claims := append(c.KafkaClaims(), c.ZookeeperClaims()...)
			if len(claims) != 2 || claims[0].Name != "data-todo-kafka-kafka-0" || claims[1].Name != "data-todo-kafka-zookeeper-0" {
				t.Fatalf("claims = %v", claims)
			}
			for _, claim := range claims {
				if size := claim.Spec.Resources.Requests.Storage().String(); size != "5Gi" {
					t.Errorf("size of %s = %s", claim.Name, size)
				}
				if owned := len(claim.OwnerReferences) == 1; owned != tc.owned {
					t.Errorf("%s is owned by the cluster: %v", claim.Name, owned)
				}
				if class := claim.Spec.StorageClassName; (class == nil) != (tc.class == "") || (class != nil && *class != tc.class) {
					t.Errorf("class of %s = %v", claim.Name, class)
				}
			}
			volume := c.KafkaPodSet().Spec.Pods[0].Spec.Volumes[0]
			if volume.PersistentVolumeClaim == nil || volume.PersistentVolumeClaim.ClaimName != "data-todo-kafka-kafka-0" {
				t.Errorf("volume = %+v", volume)
			}
		})
	}
}

func TestStorageOfARunningCluster(t *testing.T) {
	claim := func(size, class string) api.Storage {
		return api.Storage{Type: api.StoragePersistentClaim, Size: size, Class: class}
	}
	for name, tc := range map[string]struct {
		desired, current, want api.Storage
		refused                bool
	}{
		"same":      {claim("1Gi", "a"), claim("1Gi", "a"), claim("1Gi", "a"), false},
		"grows":     {claim("2Gi", "a"), claim("1Gi", "a"), claim("2Gi", "a"), false},
		"shrinks":   {claim("1Gi", "a"), claim("2Gi", "a"), claim("2Gi", "a"), true},
		"new class": {claim("1Gi", "b"), claim("1Gi", "a"), claim("1Gi", "a"), true},
		"new type":  {api.Storage{Type: api.StorageEphemeral}, claim("1Gi", "a"), claim("1Gi", "a"), true},
		"new limit": {api.Storage{Type: api.StorageEphemeral, SizeLimit: "1Gi"}, api.Storage{Type: api.StorageEphemeral},
			api.Storage{Type: api.StorageEphemeral, SizeLimit: "1Gi"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, refused := mergeStorage(tc.desired, tc.current)
			if got != tc.want || refused != tc.refused {
				t.Errorf("keepStorage = %+v, %v; want %+v, %v", got, refused, tc.want, tc.refused)
			}
		})
	}
}

func TestRefusedStorageChangeWarnsAndKeepsTheOld(t *testing.T) {
	observed := Observed{Kafka: &ObservedComponent{Replicas: 1, Storage: api.Storage{Type: api.StoragePersistentClaim, Size: "1Gi"}}}
	c, err := New(parse(t, todoKafka), testSettings, observed)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.KafkaClaims()) != 1 {
		t.Error("the old storage must stay in force")
	}
	if w := c.Warnings[0]; w.Type != "Warning" || w.Reason != "KafkaStorage" {
		t.Errorf("warnings = %+v", c.Warnings)
	}
}

func TestStorageAnnotationRoundTrip(t *testing.T) {
	storage := api.Storage{Type: api.StoragePersistentClaim, Size: "1Gi", Class: "a", DeleteClaim: true}
	set := render(t).podSet("n", typeKafka, Component{Storage: storage}, nil)
	got, err := DecodeStorage(set.Annotations["strimzi.io/storage"])
	if err != nil || got != storage {
		t.Errorf("read back %+v, %v", got, err)
	}
	if _, err := DecodeStorage("{"); err == nil {
		t.Error("want an error for a broken annotation")
	}
}
