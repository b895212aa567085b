package spec

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Quantity is a Kubernetes resource quantity ("250m", "512Mi").
type Quantity struct{ resource.Quantity }

// MustQuantity parses a quantity that is part of a program; it panics on one
// that does not parse.
func MustQuantity(s string) Quantity { return Quantity{resource.MustParse(s)} }

func (q Quantity) String() string { return q.Quantity.String() }

// Milli is the quantity in thousandths: millicores for CPU.
func (q Quantity) Milli() int64 { return q.MilliValue() }

// Bytes is the quantity as a whole number: bytes for memory.
func (q Quantity) Bytes() int64 { return q.Value() }

// UnmarshalYAML accepts what the Kubernetes API accepts.
func (q *Quantity) UnmarshalYAML(n *yaml.Node) error {
	parsed, err := resource.ParseQuantity(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		return bad(n, "is not a quantity; write for example 250m, 2 or 512Mi")
	}
	if parsed.Sign() < 0 {
		return bad(n, "is a negative quantity")
	}
	q.Quantity = parsed
	return nil
}

// Duration is a length of time, written as Go writes it ("1m30s").
type Duration struct{ time.Duration }

// UnmarshalYAML accepts positive durations only: no wait of the spec is zero.
func (d *Duration) UnmarshalYAML(n *yaml.Node) error {
	parsed, err := time.ParseDuration(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		return bad(n, "is not a duration; write for example 500ms, 30s or 168h")
	}
	if parsed <= 0 {
		return bad(n, "is not a positive duration")
	}
	d.Duration = parsed
	return nil
}

// CIDR is an IP range in prefix notation whose host bits are zero.
type CIDR struct{ netip.Prefix }

// UnmarshalYAML refuses a range with host bits, as the OCI API does.
func (c *CIDR) UnmarshalYAML(n *yaml.Node) error {
	parsed, err := netip.ParsePrefix(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		return bad(n, "is not a CIDR; write for example 10.0.0.0/16")
	}
	if parsed != parsed.Masked() {
		return bad(n, "has host bits set; the range is %s", parsed.Masked())
	}
	c.Prefix = parsed
	return nil
}

// Date is a calendar day, written 2006-01-02.
type Date struct{ time.Time }

// UnmarshalYAML accepts YAML's own dates and quoted ones alike.
func (d *Date) UnmarshalYAML(n *yaml.Node) error {
	parsed, err := time.Parse(time.DateOnly, n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		return bad(n, "is not a date; write for example 2026-02-15")
	}
	d.Time = parsed
	return nil
}

func (d Date) String() string { return d.Format(time.DateOnly) }

// bad is an error about one value, in the form in which yaml reports its own,
// so that the decoder collects it and goes on.
func bad(n *yaml.Node, format string, args ...any) error {
	return &yaml.TypeError{Errors: []string{
		fmt.Sprintf("line %d: %q %s", n.Line, n.Value, fmt.Sprintf(format, args...)),
	}}
}

// Enumerated is a text that is one of a few.
type Enumerated interface{ Values() []string }

// enum stores a scalar in out if it is one of the values of its type.
func enum[T interface {
	~string
	Enumerated
}](n *yaml.Node, out *T, what string) error {
	allowed := (*out).Values()
	if n.Kind != yaml.ScalarNode || !slices.Contains(allowed, n.Value) {
		return bad(n, "is no %s; use one of %s", what, strings.Join(allowed, ", "))
	}
	*out = T(n.Value)
	return nil
}
