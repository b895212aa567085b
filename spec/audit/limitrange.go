package audit

import "assay.dev/assay/spec"

// limitRangeClaims are about the container defaults and maxima.
func limitRangeClaims() []claim {
	return []claim{
		{"AUD-008", Hazard, "One container at the maximum CPU takes a whole namespace",
			[]string{limitsArea, quotasArea},
			"The maximum protects nobody: what it allows is all that a namespace has, or more than it has.",
			maxCPU},
		{"AUD-009", Contradiction, "The maximum memory cannot be reached in a namespace",
			[]string{limitsArea, quotasArea},
			"What the LimitRange admits the quota refuses; the error that a user sees is the other one than expected.",
			maxMemory},
		{"AUD-010", Hazard, "One container at the default limits fills the namespace of the metrics server, and cannot be rolled out",
			[]string{limitsArea, quotasArea, layoutArea},
			"The metrics server can be installed once and never updated. It states its own resources.",
			defaultFillsMetrics},
		{"AUD-011", Hazard, "The broker cannot use the memory that its namespace is given",
			[]string{limitsArea, quotasArea, kafkaArea},
			"The maximum per container bounds heap and page cache of the one broker; the rest of the quota is for nobody.",
			brokerMemory},
		{"AUD-012", Hazard, "A broker at the default memory limit is killed by its own heap",
			[]string{limitsArea, kafkaArea},
			"Heap and everything beside it (metaspace, buffers, threads) have to fit the limit. The broker states its own.",
			heapAtDefault},
		{"AUD-013", Contradiction, "The defaults of the LimitRange contradict each other or its maxima",
			[]string{limitsArea},
			"The API server would refuse the LimitRange.",
			inconsistentDefaults},
	}
}

func maxCPU(in Input, w *proof) bool {
	both := false
	most := in.Platform.LimitRange.MaxCPU.Milli()
	for _, q := range in.Platform.Quotas {
		have := q.CPULimit.Milli()
		w.line("%s: limits.cpu %s / maximum %s = %.2f containers", q.Namespace, cpu(have), cpu(most), float64(have)/float64(most))
		both = both || have <= most
	}
	return both
}

func maxMemory(in Input, w *proof) bool {
	unreachable := false
	for _, q := range in.Platform.Quotas {
		if w.exceeds(q.Namespace+": maximum", in.Platform.LimitRange.MaxMemory.Bytes(), "limits.memory", q.MemoryLimit.Bytes(), mem) {
			unreachable = true
		}
	}
	return unreachable
}

func defaultFillsMetrics(in Input, w *proof) bool {
	metrics, there := in.Platform.OfRole(spec.RoleMetrics)
	if !there {
		w.line("there is no metrics server")
		return false
	}
	return withQuota(in, w, metrics.Namespace, func(quota Amount) bool {
		containers, surge := infrastructureOf(in.Platform, metrics.Namespace)
		w.line("containers: %d + %d during a rollout = %d", containers, surge, containers+surge)
		defaults := AmountOf(in.Platform.LimitRange.Defaults())
		w.over("one default", defaults, "quota of "+metrics.Namespace, quota)
		return w.over(count(int64(containers+surge))+" × default =", defaults.Times(containers+surge), "quota of "+metrics.Namespace, quota)
	})
}

func brokerMemory(in Input, w *proof) bool {
	p := in.Platform
	return withQuota(in, w, p.Kafka.Namespace, func(quota Amount) bool {
		most, all := p.LimitRange.MaxMemory.Bytes(), quota.MemoryLimit
		w.line("%d broker × maximum %s = %s", p.Kafka.Replicas, mem(most), mem(most*int64(p.Kafka.Replicas)))
		w.line("containers needed to use the quota: %s / %s = %d", mem(all), mem(most), (all+most-1)/most)
		return w.exceeds("limits.memory of "+p.Kafka.Namespace, all, "what its brokers can be given", most*int64(p.Kafka.Replicas), mem)
	})
}

func heapAtDefault(in Input, w *proof) bool {
	heap, limit := in.Platform.Kafka.Heap.Bytes(), in.Platform.LimitRange.DefaultMemoryLimit.Bytes()
	w.line("left for everything beside the heap: %s − %s = %s", mem(limit), mem(heap), mem(limit-heap))
	return heap >= limit
}

func inconsistentDefaults(in Input, w *proof) bool {
	l := in.Platform.LimitRange
	wrong := w.exceeds("default CPU request", l.DefaultCPURequest.Milli(), "default CPU limit", l.DefaultCPULimit.Milli(), cpu)
	wrong = w.exceeds("default CPU limit", l.DefaultCPULimit.Milli(), "maximum CPU", l.MaxCPU.Milli(), cpu) || wrong
	wrong = w.exceeds("default memory request", l.DefaultMemoryRequest.Bytes(), "default memory limit", l.DefaultMemoryLimit.Bytes(), mem) || wrong
	return w.exceeds("default memory limit", l.DefaultMemoryLimit.Bytes(), "maximum memory", l.MaxMemory.Bytes(), mem) || wrong
}
