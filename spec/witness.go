package spec

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// FaultProof says by what the effect of a fault is seen that is a manifest. It is never
// what Chaos Mesh says of itself.
type FaultProof struct {
	Witness Witness `yaml:"witness"`
	// Least is the smallest change that counts, in the unit of the witness.
	Least int `yaml:"least,omitempty"`
	// Path is the directory that the witness writes to.
	Path string `yaml:"path,omitempty"`
}

// Witness is something that a fault changes and that can be looked at. The package fault
// has one for each.
type Witness string

// The witnesses. Where one compares, the first look is before the fault; the pods are those
// that the fault hits.
const (
	PodReplaced        Witness = "pod-replaced"        // the pod's UID is another, or the pod is going
	PodNotReady        Witness = "pod-not-ready"       // the pod is the same, and not Ready
	ContainerRestarted Witness = "container-restarted" // the pod is the same, its container's ID is not
	ConnectionFailed   Witness = "connection-failed"   // no TCP connection to the peer's port
	ConnectionSlow     Witness = "connection-slow"     // to the peer's port, by least milliseconds
	Retransmissions    Witness = "retransmissions"     // of 40 connections to the peer, those whose first segments had to be sent again, least or 3
	DuplicateSegments  Witness = "duplicate-segments"  // to pod or peer, in 40 connections, least or 3
	ChecksumErrors     Witness = "checksum-errors"     // of segments to pod or peer, in 40 connections, least or 3
	PacketsHeldBack    Witness = "packets-held-back"   // by a limit of bandwidth on the way to the peer, least or 3
	NameUnresolved     Witness = "name-unresolved"     // the cluster's name service does not answer
	CPUThrottled       Witness = "cpu-throttled"       // in least, or 3, more of the ten periods of a second
	MemoryUsed         Witness = "memory-used"         // by the container, least MiB more
	ClockOff           Witness = "clock-off"           // in the Date of the application's answers, by least seconds
	WriteErrors        Witness = "write-errors"        // of the container's writes to the directory path
)

// sight is what a witness sees, and what it has to be told.
type sight struct {
	// of are the kinds of Chaos Mesh, with their actions, whose effect it sees.
	of          map[string][]string
	least, path bool
	// peer and port say that it needs the other side, and where that listens.
	peer, port bool
	// role is what the target has to be, empty for any.
	role TargetRole
}

var witnesses = map[Witness]sight{
	PodReplaced:        {of: map[string][]string{"PodChaos": {"pod-kill"}}},
	PodNotReady:        {of: map[string][]string{"PodChaos": {"pod-failure"}}},
	ContainerRestarted: {of: map[string][]string{"PodChaos": {"container-kill"}}},
	ConnectionFailed:   {of: map[string][]string{"NetworkChaos": {"partition"}}, peer: true, port: true},
	ConnectionSlow:     {of: map[string][]string{"NetworkChaos": {"delay"}}, peer: true, port: true, least: true},
	Retransmissions:    {of: map[string][]string{"NetworkChaos": {"loss", "corrupt"}}, peer: true, port: true},
	DuplicateSegments:  {of: map[string][]string{"NetworkChaos": {"duplicate"}}, peer: true, port: true},
	ChecksumErrors:     {of: map[string][]string{"NetworkChaos": {"corrupt"}}, peer: true, port: true},
	PacketsHeldBack:    {of: map[string][]string{"NetworkChaos": {"bandwidth"}}, peer: true},
	NameUnresolved:     {of: map[string][]string{"NetworkChaos": {"partition"}}},
	CPUThrottled:       {of: map[string][]string{"StressChaos": {""}}},
	MemoryUsed:         {of: map[string][]string{"StressChaos": {""}}, least: true},
	ClockOff:           {of: map[string][]string{"TimeChaos": {""}}, least: true, role: TargetApplication},
	WriteErrors:        {of: map[string][]string{"IOChaos": {"fault"}}, path: true},
}

// UnmarshalYAML refuses any other witness.
func (w *Witness) UnmarshalYAML(n *yaml.Node) error { return enum(n, w, "witness") }

// Values implements Enumerated.
func (Witness) Values() []string {
	return []string{
		string(PodReplaced), string(PodNotReady), string(ContainerRestarted), string(ConnectionFailed), string(ConnectionSlow),
		string(Retransmissions), string(DuplicateSegments), string(ChecksumErrors), string(PacketsHeldBack), string(NameUnresolved),
		string(CPUThrottled), string(MemoryUsed), string(ClockOff), string(WriteErrors),
	}
}

// sees reports whether the witness sees the effect of a kind's action.
func (w Witness) sees(kind, action string) bool {
	return slices.Contains(witnesses[w].of[kind], action)
}

// seeing are the witnesses of a kind's action.
func seeing(kind, action string) []string {
	return slices.DeleteFunc(Witness("").Values(), func(w string) bool { return !Witness(w).sees(kind, action) })
}
