package mutants

import (
	"fmt"
	"strings"

	"assay.dev/assay/spec"
)

// object is what is known of an object, as the API shows it.
type object = map[string]any

// objects are objects by kind, and by namespace and name.
type objects map[string]map[string]object

func (o objects) add(kind, namespace, name string, content object) {
	if o[kind] == nil {
		o[kind] = map[string]object{}
	}
	o[kind][namespace+"/"+name] = content
}

// specified are the objects of the cluster that the specification lists, with what it says
// of them. All objects of these kinds are there, but for those of what it does not list.
func specified(s *spec.Spec) objects {
	all := objects{"Deployment": {}, "StatefulSet": {}, "KafkaTopic": {}, "Component": {}, "Subscription": {}, "ResourceQuota": {}, "LimitRange": {}, "Ingress": {}, "Namespace": {}, "Kafka": {}, "Resiliency": {}}
	for _, w := range s.Workloads() {
		all.add(w.Kind, w.Namespace, w.Name, object{"spec": object{"replicas": w.Replicas}})
	}
	all.application(s)
	for _, service := range s.Dapr.ControlPlane {
		if all[service.Kind][s.Dapr.Namespace+"/"+service.Workload()] == nil {
			all.add(service.Kind, s.Dapr.Namespace, service.Workload(), object{})
		}
	}
	for _, n := range s.Namespaces {
		all.add("Namespace", "", n.Name, object{"metadata": object{"labels": object{"pod-security.kubernetes.io/enforce": n.PodSecurity}}})
	}
	for _, w := range s.Workloads() {
		if all["Namespace"]["/"+w.Namespace] == nil {
			all.add("Namespace", "", w.Namespace, object{})
		}
	}
	for _, q := range s.Quotas {
		all.add("ResourceQuota", q.Namespace, "compute", object{"spec": object{"hard": object{
			"requests.cpu": q.CPURequest, "limits.cpu": q.CPULimit, "requests.memory": q.MemoryRequest, "limits.memory": q.MemoryLimit,
		}}})
	}
	for _, namespace := range s.LimitRange.Namespaces {
		l := s.LimitRange
		all.add("LimitRange", namespace, "container-defaults", object{"spec": object{"limits": []any{object{
			"default":        object{"cpu": l.DefaultCPULimit, "memory": l.DefaultMemoryLimit},
			"defaultRequest": object{"cpu": l.DefaultCPURequest, "memory": l.DefaultMemoryRequest},
			"max":            object{"cpu": l.MaxCPU, "memory": l.MaxMemory},
		}}}})
	}
	all.kafka(s)
	all.dapr(s)
	return all
}

// application adds the deployments and the ingress.
func (o objects) application(s *spec.Spec) {
	for _, d := range s.Deployments {
		container := object{"image": d.Image, "resources": object{
			"limits":   object{"cpu": d.App.CPULimit, "memory": d.App.MemoryLimit},
			"requests": object{"cpu": d.App.CPURequest, "memory": d.App.MemoryRequest},
		}}
		annotations := object{"dapr.io/app-id": d.Dapr.AppID, "dapr.io/enabled": fmt.Sprint(d.Dapr.Enabled)}
		o.add("Deployment", d.Namespace, d.Name, object{"spec": object{"replicas": d.Replicas, "template": object{
			"metadata": object{"annotations": annotations}, "spec": object{"containers": []any{container}},
		}}})
	}
	if s.Ingress.Name == "" {
		return
	}
	var paths []any
	for _, r := range s.Ingress.Paths {
		paths = append(paths, object{"path": r.Path, "backend": object{"service": object{"name": r.Service, "port": object{"number": r.Port}}}})
	}
	content := object{"ingressClassName": s.Ingress.Class, "rules": []any{object{"host": s.Ingress.Host, "http": object{"paths": paths}}}}
	if s.Ingress.TLSEnabled {
		content["tls"] = []any{object{"secretName": s.Ingress.TLSSecret}}
	}
	o.add("Ingress", s.Ingress.Namespace, s.Ingress.Name, object{"spec": content})
}

// kafka adds the Kafka cluster, its operator and its topics.
func (o objects) kafka(s *spec.Spec) {
	if s.Kafka.Name == "" {
		return
	}
	k := s.Kafka
	o.add("Kafka", k.Namespace, k.Name, object{
		"spec":   object{"kafka": object{"version": k.Version, "replicas": k.Replicas, "config": object{"auto.create.topics.enable": k.AutoCreateTopics}}},
		"status": object{"kafkaVersion": k.Version},
	})
	if o["Deployment"][k.Namespace+"/"+k.Operator.Deployment] == nil {
		o.add("Deployment", k.Namespace, k.Operator.Deployment, object{})
	}
	for role, replicas := range map[string]int{"kafka": k.Replicas, "zookeeper": k.ZooKeeper.Replicas} {
		if name := k.Name + "-" + role; replicas > 0 && o["StrimziPodSet"][k.Namespace+"/"+name] == nil {
			o.add("StrimziPodSet", k.Namespace, name, object{})
		}
	}
	for _, t := range s.Topics {
		o.add("KafkaTopic", k.Namespace, t.Name, object{"spec": object{
			"partitions": t.Partitions, "replicas": t.Replicas, "config": object{"retention.ms": t.RetentionMs()},
		}})
	}
}

// dapr adds components, subscriptions and the retry policy.
func (o objects) dapr(s *spec.Spec) {
	for _, c := range s.Dapr.Components {
		var entries []any
		for _, m := range c.Metadata {
			entry := object{"name": m.Name}
			if m.Secret == "" {
				entry["value"] = m.Value
			}
			entries = append(entries, entry)
		}
		o.add("Component", c.Namespace, c.Name, object{"spec": object{"type": c.Type, "version": c.Version, "metadata": entries}})
	}
	for _, sub := range s.Dapr.Subscriptions {
		namespace := ""
		if app, known := s.Application(sub.App); known {
			namespace = app.Namespace
		}
		o.add("Subscription", namespace, sub.Name, object{"spec": object{"topic": sub.Topic}})
	}
	if r := s.Dapr.Resiliency; r.Name != "" {
		for _, c := range s.Dapr.Components {
			if c.Name == r.Component {
				o.add("Resiliency", c.Namespace, r.Name, object{"spec": object{"policies": object{"retries": object{r.Policy: object{"maxRetries": r.MaxRetries}}}}})
			}
		}
	}
}

// resources are those of the cloud that the specification lists, and those that Terraform
// names for it, by kind and name, with what is known of them.
func resources(s *spec.Spec) map[string]map[string]object {
	c := cloud{s.OCI, s.Platform}
	all := map[string]map[string]object{
		"vcn": {c.VCN.Name: {"displayName": c.VCN.Name}}, "subnet": {},
		"cluster":            {c.OKECluster.Name: {"name": c.OKECluster.Name, "endpointConfig": object{"isPublicIpEnabled": c.OKECluster.Endpoint.PublicIP}}},
		"nodepool":           {c.NodePool.Name: c.nodePool()},
		"autonomousdatabase": {c.AutonomousDatabase.Name: {"isFreeTier": c.AutonomousDatabase.AlwaysFree}},
		"routetable":         {c.Prefix() + "-public": {}, c.Prefix() + "-private": {}},
		"securitylist":       {c.Prefix() + "-public": {}, c.Prefix() + "-workers": {}},
		"loadbalancer":       {"ingress": {}},
		"internetgateway":    {}, "natgateway": {}, "servicegateway": {},
	}
	for _, n := range c.Subnets {
		all["subnet"][n.Name] = object{"cidrBlock": n.CIDRBlock, "prohibitPublicIpOnVnic": n.ProhibitPublicIP}
	}
	for _, g := range c.Gateways {
		all[strings.ToLower(string(g.Kind))+"gateway"][g.Name] = object{}
	}
	return all
}

func (c cloud) nodePool() object {
	n := c.NodePool
	return object{
		"name": n.Name, "nodeShape": n.Shape, "nodeShapeConfig": object{"ocpus": n.OCPUs, "memoryInGBs": n.MemoryGB},
		"nodeConfigDetails": object{"size": n.Size}, "nodeSourceDetails": object{"bootVolumeSizeInGBs": n.BootVolumeGB},
	}
}
