package audit

import (
	"fmt"
	"slices"

	"assay.dev/assay/spec"
)

const gib = int64(1) << 30

// nodeClaims are about what fits onto the nodes.
func nodeClaims() []claim {
	return []claim{
		{"AUD-014", Contradiction, "The CPU requests that the quotas admit exceed the smallest node pool",
			[]string{quotasArea, poolArea},
			"Quotas that are used to the full leave pods Pending on the one node that the specification allows.",
			cpuRequestsOfQuotas},
		{"AUD-015", Contradiction, "The memory requests that the quotas admit exceed the smallest node pool",
			[]string{quotasArea, poolArea},
			"Quotas that are used to the full leave pods Pending on the one node that the specification allows.",
			memoryRequestsOfQuotas},
		{"AUD-016", Hazard, "The memory limits that the quotas admit overcommit the smallest node pool",
			[]string{quotasArea, poolArea},
			"Containers that use what they may drive the node out of memory, and the kernel chooses who dies.",
			memoryLimitsOfQuotas},
		{"AUD-017", Hazard, "The CPU limits that the quotas admit overcommit the smallest node pool",
			[]string{quotasArea, poolArea},
			"CPU is shared by requests when it is short: nobody dies, everything slows down.",
			cpuLimitsOfQuotas},
		{"AUD-018", Deployment, "What is deployed does not fit on the smallest node pool",
			[]string{poolArea, layoutArea},
			"Pods would stay Pending for want of a node. Placement is computed pod by pod, the largest first.",
			placement},
	}
}

// reserved applies a falling share to a whole capacity. unit is what UpTo counts
// in (1000 millicores, 1 GiB).
func reserved(capacity int64, shares []spec.Share, unit int64) int64 {
	var sum float64
	var from int64
	for _, s := range shares {
		upTo := min(capacity, int64(s.UpTo)*unit)
		if upTo > from {
			sum += float64(upTo-from) * s.Percent / 100
			from = upTo
		}
	}
	return int64(sum)
}

// Allocatable is what a node of the pool offers to pods, in millicores and
// bytes: its capacity without what kubelet and system keep and without the
// eviction threshold.
func Allocatable(p *spec.Platform, w *spec.Facts) (milli, bytes int64) {
	capacityCPU, capacityMemory := int64(p.OCI.NodePool.OCPUs)*1000, int64(p.OCI.NodePool.MemoryGB)*gib
	milli = capacityCPU - reserved(capacityCPU, w.Reservation.CPU, 1000)
	bytes = capacityMemory - reserved(capacityMemory, w.Reservation.Memory, gib) - w.Reservation.Eviction.Bytes()
	return milli, bytes
}

// mib rounds down to whole MiB for display: fractions of what a node reserves
// say nothing.
func mib(bytes int64) string { return fmt.Sprintf("%dMi", bytes>>20) }

func cpuRequestsOfQuotas(in Input, w *proof) bool {
	p := in.Platform
	node, _ := Allocatable(p, in.Facts)
	pool := int64(p.OCI.NodePool.MinSize) * node
	for _, q := range p.Quotas {
		w.line("%s: requests.cpu %s", q.Namespace, cpu(q.CPURequest.Milli()))
	}
	w.line("a node: %d OCPUs = %s, less reserved %s = %s", p.OCI.NodePool.OCPUs, cpu(int64(p.OCI.NodePool.OCPUs)*1000),
		cpu(int64(p.OCI.NodePool.OCPUs)*1000-node), cpu(node))
	sum := sumOfQuotas(p).CPURequest
	w.exceeds("sum of the quotas", sum, plural(p.OCI.NodePool.MaxSize, "node")+", the largest pool", int64(p.OCI.NodePool.MaxSize)*node, cpu)
	return w.exceeds("sum of the quotas", sum, plural(p.OCI.NodePool.MinSize, "node")+", the smallest pool", pool, cpu)
}

func memoryRequestsOfQuotas(in Input, w *proof) bool {
	p := in.Platform
	_, node := Allocatable(p, in.Facts)
	capacity := int64(p.OCI.NodePool.MemoryGB) * gib
	w.line("a node: %s, less reserved %s and eviction threshold %s = %s", mem(capacity),
		mib(capacity-node-in.Facts.Reservation.Eviction.Bytes()), in.Facts.Reservation.Eviction, mib(node))
	sum := sumOfQuotas(p).MemoryRequest
	system := in.Facts.SystemPods.MemoryRequest.Bytes()
	w.line("sum of the quotas %s + the provider's own pods %s = %s", mib(sum), mib(system), mib(sum+system))
	return w.exceeds("requests.memory", sum+system, plural(p.OCI.NodePool.MinSize, "node")+", the smallest pool",
		int64(p.OCI.NodePool.MinSize)*node, mib)
}

func memoryLimitsOfQuotas(in Input, w *proof) bool {
	pool := in.Platform.OCI.NodePool
	sum := sumOfQuotas(in.Platform).MemoryLimit
	capacity := int64(pool.MemoryGB) * gib
	w.exceeds("sum of limits.memory", sum, "capacity of "+plural(pool.MaxSize, "node"), capacity*int64(pool.MaxSize), mib)
	w.line("overcommitted on the smallest pool: %.2f times", float64(sum)/float64(capacity*int64(pool.MinSize)))
	return w.exceeds("sum of limits.memory", sum, "capacity of "+plural(pool.MinSize, "node"), capacity*int64(pool.MinSize), mib)
}

func cpuLimitsOfQuotas(in Input, w *proof) bool {
	pool := in.Platform.OCI.NodePool
	sum := sumOfQuotas(in.Platform).CPULimit
	w.line("overcommitted on the smallest pool: %.2f times", float64(sum)/float64(1000*pool.OCPUs*pool.MinSize))
	return w.exceeds("sum of limits.cpu", sum, "capacity of "+plural(pool.MinSize, "node"), int64(1000*pool.OCPUs*pool.MinSize), cpu)
}

// pod is what the scheduler looks at.
type pod struct {
	name          string
	milli, memory int64
}

// pods lists every pod of the workloads, those of a rollout included if asked
// for, the largest by memory first.
func pods(p *spec.Platform, workloads []Workload, rollout bool) []pod {
	var all []pod
	var ignored []string
	for _, w := range workloads {
		amount := podOf(p, w, false, &ignored)
		number := w.Replicas
		if rollout {
			number += mustSurge(w.MaxSurge, w.Replicas)
		}
		for range number {
			all = append(all, pod{w.Namespace + "/" + w.Name, amount.CPURequest, amount.MemoryRequest})
		}
	}
	slices.SortStableFunc(all, func(a, b pod) int { return int(b.memory>>10 - a.memory>>10) })
	return all
}

// place puts pods onto nodes, each onto the first one with room, and returns
// those for which there is none and what is left on each node.
func place(all []pod, nodes int, milli, memory int64) (unplaced []pod, left []pod) {
	for i := range nodes {
		left = append(left, pod{fmt.Sprintf("node %d", i+1), milli, memory})
	}
next:
	for _, p := range all {
		for i := range left {
			if p.milli <= left[i].milli && p.memory <= left[i].memory {
				left[i].milli -= p.milli
				left[i].memory -= p.memory
				continue next
			}
		}
		unplaced = append(unplaced, p)
	}
	return unplaced, left
}

func placement(in Input, w *proof) bool {
	p := in.Platform
	milli, memory := Allocatable(p, in.Facts)
	system := in.Facts.SystemPods
	milli -= system.CPURequest.Milli()
	memory -= system.MemoryRequest.Bytes()
	w.line("a node offers %s and %s after the provider's own pods", cpu(milli), mib(memory))
	stuck := false
	for _, rollout := range []bool{false, true} {
		when := "steady"
		if rollout {
			when = "all rolled out at once"
		}
		all := pods(p, Workloads(p), rollout)
		var sum pod
		for _, one := range all {
			sum.milli += one.milli
			sum.memory += one.memory
		}
		unplaced, left := place(all, p.OCI.NodePool.MinSize, milli, memory)
		w.line("%s: %d pods request %s and %s", when, len(all), cpu(sum.milli), mib(sum.memory))
		for _, one := range unplaced {
			w.line("%s: no node has room for %s (%s, %s)", when, one.name, cpu(one.milli), mib(one.memory))
			stuck = true
		}
		for _, one := range left {
			w.line("%s: left on %s: %s and %s", when, one.name, cpu(one.milli), mib(one.memory))
		}
	}
	return stuck
}
