package audit

import "assay.dev/assay/spec"

// quotaClaims are about what fits into the quotas.
func quotaClaims() []claim {
	return []claim{
		{"AUD-001", Contradiction, "The applications and their sidecars at the default resources exceed the quota of their namespace",
			[]string{quotasArea, limitsArea, deployArea},
			"Not even the first start of the deployments is admitted. Every container states its own resources (deployment.states-resources).",
			defaultsOfApplications},
		{"AUD-002", Contradiction, "Dapr's control plane at the default resources exceeds the quota of its namespace",
			[]string{quotasArea, limitsArea, layoutArea},
			"Dapr's chart states no resources: installed as it comes, some of its parts are refused. Each part states its own.",
			defaultsOfControlPlane},
		{"AUD-003", Hazard, "Rolling out the operators of Kafka at the default resources exceeds the quota of their namespace",
			[]string{quotasArea, limitsArea, layoutArea},
			"An upgrade of the Strimzi operator hangs with FailedCreate. The operators state their own resources.",
			surgeOfOperators},
		{"AUD-004", Hazard, "A pod that takes its even share of its namespace's quota cannot be rolled out",
			[]string{quotasArea, deployArea, lifecycleArea},
			"Updating needs the old and the new pod at once: only half of the quota can be given to what runs steadily.",
			evenShare},
		{"AUD-005", Hazard, "A second rollout of all deployments within the grace period of the first exceeds the quota",
			[]string{quotasArea, lifecycleArea},
			"Pods that are terminating count until they are gone. Two rollouts in a row have to wait for each other; the suites do.",
			secondRollout},
		{"AUD-006", Gap, "A namespace of the layout has no quota",
			[]string{quotasArea, layoutArea, ingressArea},
			"The namespace that takes traffic from outside can take the whole node. Its controller states limits (quota.{name}.bounded).",
			withoutQuota},
		{"AUD-007", Deployment, "The resources that are deployed do not fit the quotas when everything is rolled out at once",
			[]string{quotasArea, limitsArea, deployArea},
			"Deployments would hang half-way through an update. The values of platform.yaml are proven here before they are deployed.",
			deployedFits},
	}
}

// eachQuota proves a claim for every quota of a namespace with deployments: it holds where
// one of them shows it.
func eachQuota(in Input, prove func(namespace string, quota Amount) bool) (holds bool) {
	for _, q := range in.Platform.Quotas {
		if pods, _ := podsOf(in.Platform, q.Namespace); pods > 0 {
			holds = prove(q.Namespace, AmountOf(q.Resources())) || holds
		}
	}
	return holds
}

// withQuota proves a claim for the quota of a namespace. Without one there is nothing to
// exceed.
func withQuota(in Input, w *proof, namespace string, prove func(quota Amount) bool) bool {
	quota := hardOf(in.Platform, namespace)
	if quota == nil {
		w.line("%s has no quota", namespace)
		return false
	}
	return prove(*quota)
}

func defaultsOfApplications(in Input, w *proof) bool {
	return eachQuota(in, func(namespace string, quota Amount) bool {
		pods, _ := podsOf(in.Platform, namespace)
		sidecars := 0
		for _, d := range in.Platform.Sidecars() {
			if d.Namespace == namespace {
				sidecars += d.Replicas
			}
		}
		w.line("containers: %d applications + %d sidecars = %d", pods, sidecars, pods+sidecars)
		sum := AmountOf(in.Platform.LimitRange.Defaults()).Times(pods + sidecars)
		return w.over(count(int64(pods+sidecars))+" × default =", sum, "quota of "+namespace, quota)
	})
}

func defaultsOfControlPlane(in Input, w *proof) bool {
	p := in.Platform
	return withQuota(in, w, p.Dapr.Namespace, func(quota Amount) bool {
		drawn := 0
		for _, s := range p.Dapr.ControlPlane {
			if s.Drawn {
				drawn++
			}
		}
		parts := len(p.Dapr.ControlPlane)
		w.line("control plane: %d parts drawn + %d not drawn = %d", drawn, parts-drawn, parts)
		sum := AmountOf(p.LimitRange.Defaults()).Times(parts)
		return w.over(count(int64(parts))+" × default =", sum, "quota of "+p.Dapr.Namespace, quota)
	})
}

func surgeOfOperators(in Input, w *proof) bool {
	p := in.Platform
	return withQuota(in, w, p.Kafka.Namespace, func(quota Amount) bool {
		containers, surge := infrastructureOf(p, p.Kafka.Namespace)
		w.line("containers: %d + %d while the operators are rolled out = %d", containers, surge, containers+surge)
		sum := AmountOf(p.LimitRange.Defaults()).Times(containers + surge)
		return w.over(count(int64(containers+surge))+" × default =", sum, "quota of "+p.Kafka.Namespace, quota)
	})
}

func evenShare(in Input, w *proof) bool {
	return eachQuota(in, func(namespace string, quota Amount) bool {
		pods, surge := podsOf(in.Platform, namespace)
		w.line("surge: ceil(%s of 1 replica) = %s per deployment", in.Platform.Rollout.MaxSurge, plural(mustSurge(in.Platform.Rollout.MaxSurge, 1), "pod"))
		w.line("pods during a rollout of all: %d + %d = %d", pods, surge, pods+surge)
		share := quota.CPULimit / int64(pods)
		w.line("even share of limits.cpu: %s / %d pods = %s", cpu(quota.CPULimit), pods, cpu(share))
		w.line("what a pod may have: %s / %d pods = %s", cpu(quota.CPULimit), pods+surge, cpu(quota.CPULimit/int64(pods+surge)))
		return w.exceeds(count(int64(pods+surge))+" pods at the even share:", share*int64(pods+surge), "quota of "+namespace, quota.CPULimit, cpu)
	})
}

func secondRollout(in Input, w *proof) bool {
	return eachQuota(in, func(namespace string, quota Amount) bool {
		pods, surge := podsOf(in.Platform, namespace)
		if surge == 0 {
			w.line("no surge: a new pod is made only after the old one is gone")
			return false
		}
		w.line("pods: %d of the second rollout + %d of the first + %d still terminating (up to %s)",
			surge, pods, pods, in.Platform.Rollout.TerminationGracePeriod.Duration)
		sum := deployed(in.Platform, namespace).Times(3)
		return w.over("three generations at the deployed resources", sum, "quota of "+namespace, quota)
	})
}

func withoutQuota(in Input, w *proof) bool {
	missing := 0
	for _, n := range in.Platform.Namespaces {
		if hardOf(in.Platform, n.Name) == nil {
			w.line("%s: no row in the table of quotas", n.Name)
			missing++
		}
	}
	w.line("%d namespaces are drawn, %d have a quota", len(in.Platform.Namespaces), len(in.Platform.Namespaces)-missing)
	return missing > 0
}

func deployedFits(in Input, w *proof) bool {
	result, err := Feasible(in.Platform, Workloads(in.Platform))
	if err != nil {
		panic(err)
	}
	for _, use := range result.Namespaces {
		if use.Hard == nil {
			continue
		}
		w.line("%s: %s steady, %d at most (%d containers)", use.Namespace, plural(use.Pods, "pod"), use.PeakPods, use.Containers)
		w.over("at most", use.Peak, "quota of "+use.Namespace, *use.Hard)
	}
	for _, v := range result.Violations {
		w.line("violation: %s", v)
	}
	return !result.OK()
}

// sumOfQuotas adds up all quotas.
func sumOfQuotas(p *spec.Platform) Amount {
	var sum Amount
	for _, q := range p.Quotas {
		sum = sum.Add(AmountOf(q.Resources()))
	}
	return sum
}
