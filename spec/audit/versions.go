package audit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// versionClaims are about versions that the world has moved past.
func versionClaims() []claim {
	return []claim{
		{"AUD-028", Outdated, "OKE no longer offers the Kubernetes version of the example",
			[]string{clusterArea},
			"The cluster cannot be made with it. The oldest offered minor version is the default.",
			kubernetesOffered},
		{"AUD-029", Outdated, "Kafka's version, run with ZooKeeper, ties the platform to an operator that is no longer maintained",
			[]string{kafkaArea},
			"The operator is pinned; neither fixes for it nor newer Kubernetes versions can be counted on.",
			operatorPinned},
		{"AUD-030", Outdated, "The ingress controller that the namespace is named after is retired",
			[]string{layoutArea, ingressArea},
			"The namespace keeps its name; the controller in it is another one of the class nginx.",
			controllerRetired},
		{"AUD-031", Gap, "Dapr's control plane is drawn incompletely",
			[]string{layoutArea},
			"Without the missing part no sidecar gets a certificate, and its share of the quota is not planned for.",
			controlPlaneDrawn},
	}
}

// minor returns the two numbers of a version such as 1.28.2.
func minor(version string) (major, minor int) {
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	if len(parts) >= 2 {
		a, errA := strconv.Atoi(parts[0])
		b, errB := strconv.Atoi(parts[1])
		if errA == nil && errB == nil {
			return a, b
		}
	}
	panic(inputError(fmt.Sprintf("%q is not a version", version)))
}

// older reports whether version a is of an earlier minor version than b.
func older(a, b string) bool {
	majorA, minorA := minor(a)
	majorB, minorB := minor(b)
	return majorA < majorB || majorA == majorB && minorA < minorB
}

func kubernetesOffered(in Input, w *proof) bool {
	example := in.Platform.OCI.OKECluster.ExampleVersion
	major, minorNumber := minor(example)
	line := fmt.Sprintf("%d.%d", major, minorNumber)
	w.line("example: %s; offered on %s: %s", example, in.Facts.ReadOn, strings.Join(in.Facts.Kubernetes.Offered, ", "))
	for _, e := range in.Facts.Kubernetes.EndOfLife {
		if e.Minor == line {
			days := int(in.Platform.Specification.Date.Sub(e.On.Time).Hours() / 24)
			w.line("end of life of %s: %s, %d days before the specification was written", line, e.On, days)
		}
	}
	return !slices.Contains(in.Facts.Kubernetes.Offered, line)
}

func operatorPinned(in Input, w *proof) bool {
	kafka, facts := in.Platform.Kafka, in.Facts.Strimzi
	last := facts.Newest
	if kafka.ZooKeeper.Replicas > 0 && older(facts.LastWithZooKeeper, last) {
		last = facts.LastWithZooKeeper
		w.line("last Strimzi with ZooKeeper: %s", last)
	}
	for _, k := range facts.LastWithKafka {
		if k.Kafka == kafka.Version {
			w.line("last Strimzi with Kafka %s: %s", k.Kafka, k.Strimzi)
			if older(k.Strimzi, last) {
				last = k.Strimzi
			}
		}
	}
	if older(last, kafka.Operator.Version) {
		w.line("deployed: %s, which is newer than that and refuses the cluster", kafka.Operator.Version)
		return true
	}
	_, lastMinor := minor(last)
	_, newestMinor := minor(facts.Newest)
	w.line("deployed: %s ≤ %s; newest: %s, %d minor versions ahead", kafka.Operator.Version, last, facts.Newest, newestMinor-lastMinor)
	return older(last, facts.Newest)
}

func controllerRetired(in Input, w *proof) bool {
	for _, n := range in.Platform.Namespaces {
		for _, r := range in.Facts.Retired {
			if n.Name == r.Name {
				w.line("%s: retired on %s, today is %s", r.Name, r.On, in.Facts.ReadOn)
				return !in.Facts.ReadOn.Before(r.On.Time)
			}
		}
	}
	w.line("no namespace is named after a retired project")
	return false
}

func controlPlaneDrawn(in Input, w *proof) bool {
	missing := 0
	for _, s := range in.Platform.Dapr.ControlPlane {
		if !slices.Contains(in.Document.Texts(layoutArea), s.Name) {
			w.line("not drawn: %s", s.Name)
			missing++
		}
	}
	w.line("Dapr %s runs %d parts, %d are drawn", in.Platform.Dapr.Version, len(in.Platform.Dapr.ControlPlane),
		len(in.Platform.Dapr.ControlPlane)-missing)
	return missing > 0
}
