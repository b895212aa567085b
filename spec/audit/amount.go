package audit

import (
	"fmt"
	"math"
	"runtime/debug"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"assay.dev/assay/spec"
)

// Amount is a sum of the four quantities that quotas count. CPU is in
// millicores, memory in bytes.
type Amount struct {
	CPURequest    int64
	CPULimit      int64
	MemoryRequest int64
	MemoryLimit   int64
}

// AmountOf converts resources of the specification.
func AmountOf(r spec.Resources) Amount {
	return Amount{r.CPURequest.Milli(), r.CPULimit.Milli(), r.MemoryRequest.Bytes(), r.MemoryLimit.Bytes()}
}

// Add returns a + b.
func (a Amount) Add(b Amount) Amount {
	return Amount{a.CPURequest + b.CPURequest, a.CPULimit + b.CPULimit,
		a.MemoryRequest + b.MemoryRequest, a.MemoryLimit + b.MemoryLimit}
}

// Times returns n × a.
func (a Amount) Times(n int) Amount {
	k := int64(n)
	return Amount{a.CPURequest * k, a.CPULimit * k, a.MemoryRequest * k, a.MemoryLimit * k}
}

// Max returns the larger of a and b, quantity by quantity.
func (a Amount) Max(b Amount) Amount {
	return Amount{max(a.CPURequest, b.CPURequest), max(a.CPULimit, b.CPULimit),
		max(a.MemoryRequest, b.MemoryRequest), max(a.MemoryLimit, b.MemoryLimit)}
}

// quantity is one of the four under the name that Kubernetes gives it.
type quantity struct {
	name   string
	value  int64
	memory bool
}

func (q quantity) String() string {
	if q.memory {
		return mem(q.value)
	}
	return cpu(q.value)
}

func (a Amount) quantities() []quantity {
	return []quantity{
		{"requests.cpu", a.CPURequest, false}, {"limits.cpu", a.CPULimit, false},
		{"requests.memory", a.MemoryRequest, true}, {"limits.memory", a.MemoryLimit, true},
	}
}

func cpu(milli int64) string { return fmt.Sprintf("%dm", milli) }

func mem(bytes int64) string { return resource.NewQuantity(bytes, resource.BinarySI).String() }

// over writes one comparison of a sum with a bound for each of the four
// quantities and reports whether any is exceeded.
func (p *proof) over(what string, sum Amount, bound string, hard Amount) bool {
	exceeded := false
	limits := hard.quantities()
	for i, q := range sum.quantities() {
		sign := "≤"
		if q.value > limits[i].value {
			sign, exceeded = ">", true
		}
		p.line("%s: %s %s %s %s (%s)", q.name, what, q, sign, limits[i], bound)
	}
	return exceeded
}

// exceeds writes one comparison and reports whether have exceeds bound.
func (p *proof) exceeds(what string, have int64, bound string, hard int64, unit func(int64) string) bool {
	sign := "≤"
	if have > hard {
		sign = ">"
	}
	p.line("%s %s %s %s (%s)", what, unit(have), sign, unit(hard), bound)
	return have > hard
}

func count(n int64) string { return strconv.FormatInt(n, 10) }

func gb(n int64) string { return fmt.Sprintf("%d GB", n) }

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// inputError is a value that the arithmetic cannot use. It is raised by panic
// inside of a proof and returned by Audit and Feasible as an error.
type inputError string

func (e inputError) Error() string { return "audit: " + string(e) }

// brokenBy is the error of arithmetic that panicked: the input's, or what broke and
// where.
func brokenBy(cause any) error {
	if input, ok := cause.(inputError); ok {
		return input
	}
	return fmt.Errorf("audit: the arithmetic broke: %v\n%s", cause, debug.Stack())
}

// Surge is the number of pods that a rollout may run beyond the replicas. Like
// Kubernetes it rounds a percentage up: 25% of one replica is one pod.
func Surge(maxSurge string, replicas int) (int, error) {
	if maxSurge == "" {
		return 0, nil
	}
	number, percent := strings.CutSuffix(maxSurge, "%")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 {
		return 0, inputError(fmt.Sprintf("maxSurge %q is neither a number of pods nor a percentage such as 25%%", maxSurge))
	}
	if !percent {
		return n, nil
	}
	return int(math.Ceil(float64(n) * float64(replicas) / 100)), nil
}

func mustSurge(maxSurge string, replicas int) int {
	n, err := Surge(maxSurge, replicas)
	if err != nil {
		panic(err)
	}
	return n
}
