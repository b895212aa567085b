package judge

import (
	"time"

	"assay.dev/assay/harness/history"
)

// recoveryInTime judges the recovery time objectives: after the end of a fault all
// pods are Ready, and events of all families are processed, within its budgets.
func recoveryInTime(j *judgement, f *finding) {
	f.unit = "recoveries"
	for _, fault := range j.ix.small.Faults {
		if fault.Proof == "" {
			continue // see faultsProven
		}
		objective, known := j.ix.rules.Objectives[fault.Name]
		if !known {
			f.inconclusive("the specification has no recovery time objective for %s", fault.Name)
			continue
		}
		end := fault.Recovery
		if end == 0 {
			end = fault.Effective // it is over when it is done, as a killed pod is
		}
		ready := f.recovered(fault.Name, "pods", "became Ready", end, fault.KubernetesReady, objective.KubernetesReady)
		if ready && !inTime(end, fault.EventsFlowing, objective.EventsFlowing) {
			// What the observer did not see may have been there in time.
			if why := j.observerLag(end); why != "" {
				f.inconclusive("%s", why)
				continue
			}
		}
		f.recovered(fault.Name, "events of all families", "were processed again", end, fault.EventsFlowing, objective.EventsFlowing)
	}
}

// inTime reports whether something came, and within its budget after the end of a fault.
func inTime(end, at history.Nanos, budget time.Duration) bool {
	return at != 0 && time.Duration(at-end) <= budget
}

// recovered judges one of the two measures of a recovery, and reports whether it is met.
func (f *finding) recovered(fault, who, what string, end, at history.Nanos, budget time.Duration) bool {
	f.evaluate()
	switch {
	case inTime(end, at, budget):
		return true
	case at == 0:
		f.violation(Lost, fault, "%s never %s", who, what)
	default:
		f.violation(Late, fault, "%s %s %v after the end of the fault, the objective is %v", who, what, duration(at-end), budget)
	}
	return false
}

// nothingLeft judges that a fault that was taken back left nothing behind: what
// is measured afterwards would be measured on a platform that is still broken.
func nothingLeft(j *judgement, f *finding) {
	f.unit = "faults"
	for _, fault := range j.ix.small.Faults {
		f.evaluate()
		if fault.Residue != "" {
			f.violation(Unexpected, fault.Name, "it left behind: %s", fault.Residue)
		} else if fault.Recovered == 0 {
			f.violation(Lost, fault.Name, "cleanup was never verified")
		}
	}
}

// faultRequirements are the requirements of the faults in the history.
func faultRequirements(j *judgement) []string {
	var all []string
	known := map[string]bool{}
	for _, fault := range j.ix.small.Faults {
		requirement := fault.Requirement
		if requirement == "" {
			requirement = j.ix.rules.Objectives[fault.Name].Requirement
		}
		if requirement != "" && !known[requirement] {
			known[requirement] = true
			all = append(all, requirement)
		}
	}
	return all
}

// faultsProven judges the experiment, not the platform: a fault that nobody saw
// take effect proves nothing, whatever came after it.
func faultsProven(j *judgement, f *finding) {
	f.unit = "faults"
	for _, fault := range j.ix.small.Faults {
		f.evaluate()
		switch {
		case fault.Error != "":
			f.inconclusive("the fault %s went wrong: %s", fault.Name, fault.Error)
		case fault.Proof == "" || fault.Effective == 0:
			f.inconclusive("the fault %s was not seen to take effect", fault.Name)
		case fault.Effective < fault.Requested:
			f.inconclusive("what proves the fault %s was there before it was asked for", fault.Name)
		}
	}
}
