package expect

import (
	"fmt"
	"os"
	"sync"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
)

// Registry are the checks of a package. They are registered before anybody knows by
// which specification they judge, and made when Build has loaded it.
type Registry struct {
	// Spec is set when the checks are made.
	Spec *spec.Spec
	// Prepare is called with the specification before any check is made.
	Prepare func(*spec.Spec)

	registered []func()
	once       sync.Once
	err        error
}

// Checks registers containers, checks and hooks, which build makes. It returns a value
// so that it can be called at the top of a file.
func (r *Registry) Checks(build func()) bool {
	r.registered = append(r.registered, build)
	return true
}

// It makes the check that proves a requirement: its sentence is the check's name, and
// its ID, family, level, suite and targets are the labels that runs are filtered by. The
// other arguments are those of ginkgo.It. A requirement that the catalog has, and that
// the specification does not come to, makes no check; an unknown ID panics, with the IDs
// nearby.
func (r *Registry) It(id string, args ...any) bool {
	if requirements, known := r.Spec.OfTemplate(id); known && len(requirements) == 0 {
		return true
	}
	return it(r.Spec.Requirement(id), args)
}

// Build makes all checks, once: for Spec if it is set, else for the specification that
// source.Env names.
func (r *Registry) Build() error {
	r.once.Do(func() {
		if r.Spec == nil {
			r.Spec, r.err = source.Open("")
		}
		if r.err != nil {
			return
		}
		if r.Prepare != nil {
			r.Prepare(r.Spec)
		}
		for _, build := range r.registered {
			build()
		}
	})
	return r.err
}

// RunSuite makes all checks, and runs them. A process can do that once.
func (r *Registry) RunSuite(t ginkgo.GinkgoTestingT, name string) {
	if err := r.Build(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		t.Fail()
		return
	}
	gomega.RegisterFailHandler(ginkgo.Fail)
	ginkgo.RunSpecs(t, name)
}

// registrar is a Registry, or what embeds one.
type registrar interface{ registry() *Registry }

func (r *Registry) registry() *Registry { return r }

// Each makes the checks that prove a template: one for each of its requirements, which
// is given the row that the requirement is made of. Other arguments are those of
// ginkgo.It. A template that the catalog does not have panics.
func Each[T any](checks registrar, template string, prove func(ginkgo.SpecContext, T), args ...any) {
	r := checks.registry()
	requirements, known := r.Spec.OfTemplate(template)
	if !known {
		panic("expect: the catalog has no template " + template)
	}
	for _, one := range requirements {
		row, ok := one.Row.(T)
		if !ok {
			panic(fmt.Sprintf("expect: the rows of %s are of type %T", template, one.Row))
		}
		it(one, append([]any{func(ctx ginkgo.SpecContext) { prove(ctx, row) }}, args...))
	}
}

// it makes the check of a requirement, two calls below the one that names it.
func it(one spec.Requirement, args []any) bool {
	args = append([]any{ginkgo.Label(one.Labels()...), ginkgo.Offset(2)}, args...)
	return ginkgo.It(one.Text(), args...)
}
