package audit

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"assay.dev/assay/spec"
)

// Role is what a container is to its pod.
type Role string

// A native sidecar is an init container that keeps running beside the others
// (restartPolicy Always); Dapr injects its sidecar as one.
const (
	App     Role = ""
	Init    Role = "init"
	Sidecar Role = "sidecar"
)

// Container has the resources of one container as its manifest states them; nil
// is not stated.
type Container struct {
	Name          string
	Role          Role
	CPURequest    *resource.Quantity
	CPULimit      *resource.Quantity
	MemoryRequest *resource.Quantity
	MemoryLimit   *resource.Quantity
}

// Workload is a number of equal pods in a namespace. MaxSurge is that of its
// rollout and empty for kinds that replace a pod only once it is gone.
// Containers are in the order of the manifest, init containers first.
type Workload struct {
	Namespace  string
	Name       string
	Replicas   int
	MaxSurge   string
	Containers []Container
}

// Use is what the workloads of a namespace take. Steady is without any rollout,
// Peak with a rollout of all of them at once. Hard is nil where no quota holds.
type Use struct {
	Namespace  string
	Pods       int
	PeakPods   int
	Containers int
	Steady     Amount
	Peak       Amount
	Hard       *Amount
}

// Feasibility is the answer of Feasible. The workloads can all run, and be
// rolled out all at once, if there is no violation.
type Feasibility struct {
	Namespaces []Use
	Violations []string
}

// OK reports whether everything fits.
func (f Feasibility) OK() bool { return len(f.Violations) == 0 }

// Feasible computes whether workloads fit the quotas and the LimitRange of a
// platform, with defaults filled in as the API server does it and with every
// rollout at once. It errs on a maxSurge that it cannot read.
func Feasible(p *spec.Platform, workloads []Workload) (result Feasibility, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			result, err = Feasibility{}, brokenBy(cause)
		}
	}()
	uses := map[string]*Use{}
	var order []string
	for _, w := range workloads {
		use := uses[w.Namespace]
		if use == nil {
			use = &Use{Namespace: w.Namespace, Hard: hardOf(p, w.Namespace)}
			uses[w.Namespace] = use
			order = append(order, w.Namespace)
		}
		pod := podOf(p, w, use.Hard != nil, &result.Violations)
		surge := mustSurge(w.MaxSurge, w.Replicas)
		use.Pods += w.Replicas
		use.PeakPods += w.Replicas + surge
		use.Containers += (w.Replicas + surge) * len(w.Containers)
		use.Steady = use.Steady.Add(pod.Times(w.Replicas))
		use.Peak = use.Peak.Add(pod.Times(w.Replicas + surge))
	}
	for _, namespace := range order {
		use := uses[namespace]
		result.Namespaces = append(result.Namespaces, *use)
		if use.Hard == nil {
			continue
		}
		limits := use.Hard.quantities()
		for i, q := range use.Peak.quantities() {
			if q.value > limits[i].value {
				result.Violations = append(result.Violations, fmt.Sprintf(
					"%s: %s of %s is %s, the quota %s", namespace, q.name, plural(use.PeakPods, "pod"), q, limits[i]))
			}
		}
	}
	return result, nil
}

func hardOf(p *spec.Platform, namespace string) *Amount {
	for _, q := range p.Quotas {
		if q.Namespace == namespace {
			hard := AmountOf(q.Resources())
			return &hard
		}
	}
	return nil
}

// podOf is what the scheduler and the quota count for one pod: the containers
// together with the native sidecars, or an init container with the sidecars
// that are started before it, whichever is more.
func podOf(p *spec.Platform, w Workload, quota bool, violations *[]string) Amount {
	var running, sidecars, starting Amount
	for _, c := range w.Containers {
		a := containerOf(p, w, c, quota, violations)
		switch c.Role {
		case Init:
			starting = starting.Max(a.Add(sidecars))
		case Sidecar:
			sidecars = sidecars.Add(a)
			starting = starting.Max(sidecars)
		default:
			running = running.Add(a)
		}
	}
	return running.Add(sidecars).Max(starting)
}

// containerOf fills in what a container does not state, first as the API server
// does it (a request that is missing beside a limit equals the limit), then as
// the LimitRange does, and checks the result.
func containerOf(p *spec.Platform, w Workload, c Container, quota bool, violations *[]string) Amount {
	add := func(format string, args ...any) {
		*violations = append(*violations,
			fmt.Sprintf("%s/%s container %s: ", w.Namespace, w.Name, c.Name)+fmt.Sprintf(format, args...))
	}
	limited := slices.Contains(p.LimitRange.Namespaces, w.Namespace)
	defaults := AmountOf(p.LimitRange.Defaults())
	fill := func(name string, request, limit *resource.Quantity, value func(*resource.Quantity) int64, defaultRequest, defaultLimit, most int64, show func(int64) string) (int64, int64) {
		r, l := int64(-1), int64(-1)
		if limit != nil {
			l = value(limit)
			r = l
		}
		if request != nil {
			r = value(request)
		}
		if limited && r < 0 {
			r = defaultRequest
		}
		if limited && l < 0 {
			l = defaultLimit
		}
		if quota && (r < 0 || l < 0) {
			add("states no %s and the namespace has a quota without defaults", name)
		}
		r, l = max(r, 0), max(l, 0)
		if l > 0 && r > l {
			add("%s request %s is above its limit %s", name, show(r), show(l))
		}
		if limited && l > most {
			add("%s limit %s is above the maximum %s", name, show(l), show(most))
		}
		return r, l
	}
	var a Amount
	a.CPURequest, a.CPULimit = fill("cpu", c.CPURequest, c.CPULimit, (*resource.Quantity).MilliValue,
		defaults.CPURequest, defaults.CPULimit, p.LimitRange.MaxCPU.Milli(), cpu)
	a.MemoryRequest, a.MemoryLimit = fill("memory", c.MemoryRequest, c.MemoryLimit, (*resource.Quantity).Value,
		defaults.MemoryRequest, defaults.MemoryLimit, p.LimitRange.MaxMemory.Bytes(), mem)
	return a
}
