package drain

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const (
	// volumeDriver is OKE's storage driver; volume handles of its PersistentVolumes are
	// OCIDs (https://docs.oracle.com/en-us/iaas/Content/ContEng/Tasks/contengcreatingpersistentvolumeclaim.htm).
	volumeDriver = "blockvolume.csi.oraclecloud.com"
	// provisionedBy is set by Kubernetes' external provisioner on the volumes that a
	// driver made for a claim, and not on those that somebody registered by hand.
	provisionedBy = "pv.kubernetes.io/provisioned-by"
)

// Volume is a block volume that the cluster's storage driver made.
type Volume struct {
	// ID is the OCID.
	ID string
	// PVC that it was made for, NAMESPACE/NAME.
	PVC string
}

// Balancer is a Service that has a load balancer in the cloud.
type Balancer struct {
	// Service is NAMESPACE/NAME, UID the Service's.
	Service, UID string
	// Addresses at which the load balancer answers. Its OCID stands nowhere in the
	// cluster; the cloud's list has it by address.
	Addresses []string
}

// External is what a cluster made in the cloud outside of itself.
type External struct {
	Volumes   []Volume
	Balancers []Balancer
}

// Find reads from PersistentVolumes and Services what the cluster's drivers made. A
// volume that somebody registered by hand, and one that is to outlive its claim
// (reclaim policy Retain), is not the run's to delete and is left out.
func Find(ctx context.Context, client kubernetes.Interface) (External, error) {
	var found External
	volumes, err := client.CoreV1().PersistentVolumes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return found, fmt.Errorf("list the cluster's volumes: %w", err)
	}
	for _, volume := range volumes.Items {
		if made, ok := madeVolume(&volume); ok {
			found.Volumes = append(found.Volumes, made)
		}
	}
	services, err := client.CoreV1().Services("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return found, fmt.Errorf("list the cluster's services: %w", err)
	}
	for _, service := range services.Items {
		if made, ok := madeBalancer(&service); ok {
			found.Balancers = append(found.Balancers, made)
		}
	}
	return found, nil
}

func madeVolume(volume *corev1.PersistentVolume) (Volume, bool) {
	source := volume.Spec.CSI
	if source == nil || source.Driver != volumeDriver || volume.Annotations[provisionedBy] != volumeDriver ||
		volume.Spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimDelete {
		return Volume{}, false
	}
	pvc := ""
	if ref := volume.Spec.ClaimRef; ref != nil {
		pvc = ref.Namespace + "/" + ref.Name
	}
	return Volume{ID: source.VolumeHandle, PVC: pvc}, true
}

func madeBalancer(service *corev1.Service) (Balancer, bool) {
	if service.Spec.Type != corev1.ServiceTypeLoadBalancer {
		return Balancer{}, false
	}
	made := Balancer{Service: service.Namespace + "/" + service.Name, UID: string(service.UID)}
	for _, ingress := range service.Status.LoadBalancer.Ingress {
		if ingress.IP != "" {
			made.Addresses = append(made.Addresses, ingress.IP)
		}
	}
	return made, len(made.Addresses) > 0
}
