package cluster

import (
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/standins/strimzi/api"
)

func checkStorage(path string, storage api.Storage) error {
	switch storage.Type {
	case api.StorageEphemeral:
		if storage.Size != "" || storage.Class != "" || storage.DeleteClaim {
			return invalid("%s: size, class and deleteClaim have no meaning for ephemeral storage; use sizeLimit or "+
				"type: persistent-claim", path)
		}
		return checkQuantity(path+".sizeLimit", storage.SizeLimit, false)
	case api.StoragePersistentClaim:
		if storage.SizeLimit != "" {
			return invalid("%s: sizeLimit has no meaning for a persistent claim; use size", path)
		}
		return checkQuantity(path+".size", storage.Size, true)
	default:
		return invalid("%s.type: %q is not supported by the stand-in operator; use ephemeral or persistent-claim",
			path, storage.Type)
	}
}

func checkQuantity(path, text string, required bool) error {
	if text == "" {
		if required {
			return invalid("%s must be given, as 10Gi", path)
		}
		return nil
	}
	quantity, err := resource.ParseQuantity(text)
	if err != nil || quantity.Sign() <= 0 {
		return invalid("%s: %q is no size; write it as 10Gi", path, text)
	}
	return nil
}

// mergeStorage holds a changed storage to what a running cluster can follow:
// claims may grow and deleteClaim may change. Anything else leaves the old
// storage in force, as in Strimzi, and refused is true.
func mergeStorage(desired, current api.Storage) (storage api.Storage, refused bool) {
	if desired.Type != current.Type || desired.Class != current.Class {
		return current, true
	}
	if desired.Type == api.StorageEphemeral {
		return desired, false
	}
	before, err := resource.ParseQuantity(current.Size)
	if err != nil {
		return desired, false
	}
	// desired was checked before
	if after := resource.MustParse(desired.Size); after.Cmp(before) < 0 {
		return current, true
	}
	return desired, false
}

// storageWarnings are Strimzi's, for clusters of one node that forget.
func storageWarnings(c *Cluster) []api.Condition {
	var warnings []api.Condition
	if c.Kafka.Replicas == 1 && c.Kafka.Storage.Type == api.StorageEphemeral {
		warnings = append(warnings, warning("KafkaStorage", "A Kafka cluster with a single broker node and ephemeral "+
			"storage will lose topic messages after any restart or rolling update."))
	}
	if c.Zookeeper.Replicas == 1 && c.Zookeeper.Storage.Type == api.StorageEphemeral {
		warnings = append(warnings, warning("ZooKeeperStorage", "A ZooKeeper cluster with a single replica and ephemeral "+
			"storage will be in a defective state after any restart or rolling update. It is recommended that a minimum "+
			"of three replicas are used."))
	}
	return warnings
}

// EncodeStorage writes a storage as the strimzi.io/storage annotation holds it.
func EncodeStorage(storage api.Storage) string {
	raw, err := json.Marshal(storage)
	if err != nil {
		// strings and a boolean always marshal
		panic(fmt.Sprintf("marshal storage: %v", err))
	}
	return string(raw)
}

// DecodeStorage reads the strimzi.io/storage annotation.
func DecodeStorage(text string) (api.Storage, error) {
	var storage api.Storage
	if err := json.Unmarshal([]byte(text), &storage); err != nil {
		return api.Storage{}, fmt.Errorf("annotation %s: %w", AnnotationStorage, err)
	}
	return storage, nil
}

// dataVolume is the pod's volume named data.
func dataVolume(pod string, storage api.Storage) corev1.Volume {
	volume := corev1.Volume{Name: "data"}
	if storage.Type == api.StoragePersistentClaim {
		volume.PersistentVolumeClaim = &corev1.PersistentVolumeClaimVolumeSource{ClaimName: DataClaimName(pod)}
		return volume
	}
	volume.EmptyDir = &corev1.EmptyDirVolumeSource{}
	if storage.SizeLimit != "" {
		limit := resource.MustParse(storage.SizeLimit)
		volume.EmptyDir.SizeLimit = &limit
	}
	return volume
}

// claims are the volume claims of a component. They belong to the Kafka
// resource, and so go with it, only when deleteClaim is set.
func (c *Cluster) claims(name, componentType string, component Component) []*corev1.PersistentVolumeClaim {
	if component.Storage.Type != api.StoragePersistentClaim {
		return nil
	}
	var claims []*corev1.PersistentVolumeClaim
	for i := range component.Replicas {
		claim := &corev1.PersistentVolumeClaim{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolumeClaim"},
			ObjectMeta: c.meta(DataClaimName(PodName(name, i)), c.labels(name, componentType)),
			Spec: corev1.PersistentVolumeClaimSpec{
				AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
				Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{
					corev1.ResourceStorage: resource.MustParse(component.Storage.Size),
				}},
			},
		}
		claim.Annotations = map[string]string{AnnotationDeleteClaim: fmt.Sprint(component.Storage.DeleteClaim)}
		if !component.Storage.DeleteClaim {
			claim.OwnerReferences = nil
		}
		if component.Storage.Class != "" {
			claim.Spec.StorageClassName = &component.Storage.Class
		}
		claims = append(claims, claim)
	}
	return claims
}
