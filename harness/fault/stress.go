package fault

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/spec"
)

const stressing spec.Capability = "stress"

// stress takes a container's CPU or memory by processes in the container's own
// cgroup, so that its own limits and no neighbour's are what it hits. It is what
// Chaos Mesh's StressChaos does, which knows only one of the two versions of
// cgroups, and not where containers lie inside of containers.
type stress struct {
	base
	target    target
	container string
	// arguments are stress-ng's, for the container's memory limit in bytes.
	arguments func(limit int64) []string
	// gauge is read in the container's cgroup, before and after; effect says
	// whether the two show the fault.
	gauge  string
	effect func(before, now, limit int64) (string, bool)

	hit []*stressed
}

// stressed is one container that is hit.
type stressed struct {
	pod *corev1.Pod
	id  string
	// memory is its limit, before what the gauge said before the fault.
	memory, before int64
}

// joined runs a script with the cgroup directories of the container $1 in $cpu
// and $memory. It joins none.
const joined = `pid=$(grep -lF "$1" /proc/[0-9]*/cgroup 2>/dev/null | cut -d/ -f3 | sort -n | head -n 1)
[ -n "$pid" ] || { echo "the container has no process" >&2; exit 1; }
root=/host-sys/fs/cgroup; [ -d "$root" ] || root=/sys/fs/cgroup
if [ -f "$root/cgroup.controllers" ]; then
  cpu=$root$(awk -F: '$1 == 0 {print $3}' "/proc/$pid/cgroup"); memory=$cpu
else
  cpu=$(awk -F: -v root="$root" '$2 ~ /(^|,)cpu(,|$)/ {print root "/cpu" $3}' "/proc/$pid/cgroup")
  memory=$(awk -F: -v root="$root" '$2 ~ /(^|,)memory(,|$)/ {print root "/memory" $3}' "/proc/$pid/cgroup")
fi
for group in "$cpu" "$memory"; do
  [ -w "$group/cgroup.procs" ] || { echo "there is no cgroup $group" >&2; exit 1; }
done
`

// Gauges of a cgroup.
const (
	// In how many of the ten periods of a second the kernel held it back.
	throttled = `held() { awk '/^nr_throttled/ {print $2}' "$cpu/cpu.stat"; }
before=$(held); sleep 1; echo $(($(held) - before))`
	resident = `cat "$memory/memory.current" 2>/dev/null || cat "$memory/memory.usage_in_bytes"`
)

func cpuStress(lab *Lab, name string, t target, container string) Fault {
	return &stress{
		base: base{lab: lab, name: name, needs: []spec.Capability{stressing}}, target: t, container: container,
		arguments: func(int64) []string { return []string{"--cpu", "1"} },
		gauge:     throttled,
		effect: func(before, now, _ int64) (string, bool) {
			const most, more = 8, 3 // of ten
			return fmt.Sprintf("the kernel holds container %s back in %d of 10 periods, in %d before", container, now, before),
				now >= most && now-before >= more
		},
	}
}

func memoryStress(lab *Lab, name string, t target, container string) Fault {
	// The rest is left for the container's own growth: what is judged is a
	// container that is short of memory, not one that is killed at once.
	const share = 70 // percent of the limit, on top of what is in use
	return &stress{
		base: base{lab: lab, name: name, needs: []spec.Capability{stressing}}, target: t, container: container,
		arguments: func(limit int64) []string {
			return []string{"--vm", "1", "--vm-keep", "--vm-bytes", strconv.FormatInt(limit*share/100, 10)}
		},
		gauge: resident,
		effect: func(before, now, limit int64) (string, bool) {
			return fmt.Sprintf("container %s uses %d MiB of its %d MiB, %d MiB before", container, now>>20, limit>>20, before>>20),
				now-before >= limit*share/200
		},
	}
}

// Prepare implements Fault.
func (s *stress) Prepare(ctx context.Context) error {
	pods, err := s.lab.pods(ctx, s.target)
	if err != nil {
		return err
	}
	s.hit = nil
	var undos []Undo
	for i := range pods {
		one, err := s.containerOf(ctx, &pods[i])
		if err != nil {
			return err
		}
		s.hit = append(s.hit, one)
		undos = append(undos, inside(evict, one.pod))
	}
	return s.plan(ctx, names(pods), undos...)
}

// containerOf finds the container in a pod, and reads its gauge.
func (s *stress) containerOf(ctx context.Context, pod *corev1.Pod) (*stressed, error) {
	status := containerStatus(pod, s.container)
	if status == nil {
		return nil, fmt.Errorf("pod %s/%s has no container %s", pod.Namespace, pod.Name, s.container)
	}
	one := &stressed{pod: pod}
	_, one.id, _ = strings.Cut(status.ContainerID, "://")
	for _, container := range pod.Spec.Containers {
		if container.Name == s.container {
			one.memory = container.Resources.Limits.Memory().Value()
		}
	}
	if one.memory == 0 || one.id == "" {
		return nil, fmt.Errorf("container %s of %s/%s has no memory limit or does not run", s.container, pod.Namespace, pod.Name)
	}
	var err error
	one.before, err = s.lab.inCgroup(ctx, pod, s.container, s.gauge)
	return one, err
}

// inCgroup runs a gauge in the cgroup of a pod's container.
func (l *Lab) inCgroup(ctx context.Context, pod *corev1.Pod, container, gauge string) (int64, error) {
	status := containerStatus(pod, container)
	if status == nil {
		return 0, fmt.Errorf("pod %s/%s has no container %s", pod.Namespace, pod.Name, container)
	}
	_, id, _ := strings.Cut(status.ContainerID, "://")
	out, err := l.onNode(ctx, pod.Spec.NodeName, joined+gauge, id)
	if err != nil {
		return 0, fmt.Errorf("read the cgroup of container %s in %s/%s: %w", container, pod.Namespace, pod.Name, err)
	}
	return strconv.ParseInt(out, 10, 64)
}

// Inject implements Fault. The processes end by themselves should nobody end them.
func (s *stress) Inject(ctx context.Context) error {
	seconds := strconv.Itoa(int(atMost.Seconds()))
	for _, one := range s.hit {
		arguments := append([]string{one.id, "--timeout", seconds, "--quiet"}, s.arguments(one.memory)...)
		_, err := s.lab.onNode(ctx, one.pod.Spec.NodeName, joined+`shift
export `+guestMark+`=yes
setsid bash -c 'echo $$ >"$0/cgroup.procs"; echo $$ >"$1/cgroup.procs"; shift; exec stress-ng "$@"' "$cpu" "$memory" "$@" </dev/null >/dev/null 2>&1 &`,
			arguments...)
		if err != nil {
			return fmt.Errorf("stress container %s of %s/%s: %w", s.container, one.pod.Namespace, one.pod.Name, err)
		}
	}
	return nil
}

// Proof implements Fault.
func (s *stress) Proof(ctx context.Context) (Proof, error) {
	return s.lab.sees(ctx, 1, func(ctx context.Context) (string, error) {
		var parts []string
		for _, one := range s.hit {
			now, err := s.lab.inCgroup(ctx, one.pod, s.container, s.gauge)
			if err != nil {
				return "", err
			}
			text, seen := s.effect(one.before, now, one.memory)
			if !seen {
				return "", fmt.Errorf("not enough in pod %s: %s", one.pod.Name, text)
			}
			parts = append(parts, text)
		}
		return strings.Join(parts, "; "), nil
	})
}
