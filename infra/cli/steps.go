package cli

import (
	"context"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/process/refusal"
)

// The sets of checks that judge runs.
const (
	safe = "safe" // leaves the platform as it was
	full = "full"
)

// steps take a platform in the cloud through its life.
type steps struct {
	*options
	do actions
	// set is which checks are run.
	set string
	// adopting lets up adopt the cluster.
	adopting bool
	// leaveState lets an interrupted up leave what it made.
	leaveState bool
}

// actions are what the steps do to the cloud; tests have others.
type actions struct {
	// make makes what the run has in the cloud; destroy deletes it.
	make, destroy func(context.Context) error
	// adopt pins the run's cluster; giveUp removes the run's rights in it.
	adopt, giveUp func(context.Context) error
	// follow records what the cluster makes in the cloud until the context ends.
	follow func(context.Context) error
	// scan looks for the run's secrets in everything that is kept of it.
	scan func(context.Context) error
}

// real are the actions of a command.
func (s *steps) real(command *cobra.Command) actions {
	return actions{
		make:    func(ctx context.Context) error { return s.make(ctx, command, s.leaveState) },
		destroy: func(ctx context.Context) error { return s.destroy(ctx, command) },
		adopt:   func(ctx context.Context) error { return s.adopt(ctx, command) },
		giveUp:  s.giveUp,
		follow:  func(ctx context.Context) error { return s.follow(ctx, command.ErrOrStderr()) },
		scan:    func(context.Context) error { return s.scanArtifacts(command) },
	}
}

// stepCommands are the commands for the steps, and for all of them.
func (o *options) stepCommands() []*cobra.Command {
	s := &steps{options: o}
	up := s.command("up", "Make network, cluster and database, and adopt the cluster", s.up)
	up.Long = "Make network, cluster and database, after the cost was checked, and adopt the cluster. On the emulated OCI it makes\n" +
		"the kind cluster behind it, too. When it is interrupted it takes down what it made in the cloud, unless --keep is set."
	up.Flags().BoolVar(&s.leaveState, "keep", false, "do not delete anything when interrupted")
	up.Flags().BoolVar(&s.adopting, "adopt", true, "adopt the cluster; false where an emulator has none behind it")
	judge := s.command("judge", "Run the suites on the platform, and write the report", s.judge)
	e2e := s.command("e2e", "Take all steps; whatever happens, delete what was made", s.e2e)
	for _, command := range []*cobra.Command{up, e2e} {
		o.makingFlags(command)
	}
	for _, command := range []*cobra.Command{judge, e2e} {
		command.Flags().StringVar(&s.set, "set", safe, "which checks are run: "+safe+", or "+full+" with those that break things on purpose")
	}
	return []*cobra.Command{
		up, judge, e2e,
		s.command("deploy", "Install the platform on the run's cluster", s.deploy),
		s.command("attributes", "Check by the API of OCI that everything is as specified", s.attributes),
		s.command("down", "Delete everything of the run and check that nothing is left", s.down),
	}
}

func (s *steps) command(use, short string, take func(context.Context) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if s.set != safe && s.set != full {
				return refusal.New("--set %s is neither %s nor %s", s.set, safe, full)
			}
			s.do = s.real(command)
			return take(command.Context())
		},
	}
}
