package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/process/refusal"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// openHere returns the platform of the checkout that the current directory lies in, else
// of the current directory.
func openHere() (*platform.Platform, error) {
	dir, err := workDir()
	if err != nil {
		return nil, err
	}
	return openIn(dir)
}

// adoptCommand takes over a cluster that somebody else made.
func adoptCommand() *cobra.Command {
	o, profile, ingress := platform.AdoptOptions{}, "", ""
	command := &cobra.Command{
		Use: "adopt", Short: "Take over a cluster that somebody else made, to judge the platform on it", Args: cobra.NoArgs,
		Long: "Take over a cluster that somebody else made, to judge the platform on it.\n\n" +
			"It shows which cluster the context leads to and what it will make there, and wants the cluster's UID:\n" +
			"typed, or by --uid. Then it marks the cluster, makes a service account with the rights of the profile,\n" +
			"and writes a kubeconfig with a token of that below artifacts/. `assay unadopt` takes all of it away.",
		RunE: func(command *cobra.Command, _ []string) (err error) {
			if o.Profile, err = spec.ParseProfile(profile); err != nil {
				return &refusal.Error{Reason: "--profile", Err: err}
			}
			if o.Ingress, err = endpoint(ingress); err != nil {
				return err
			}
			p, err := openHere()
			if err != nil {
				return err
			}
			if in := os.Stdin; isatty.IsTerminal(in.Fd()) {
				o.Confirm = func(ctx context.Context) (string, error) { return typed(ctx, in, command.OutOrStdout()) }
			}
			return p.Adopt(command.Context(), o)
		},
	}
	flags := command.Flags()
	flags.StringVar(&o.Kubeconfig, "kubeconfig", "", "the kubeconfig that has the context, as kubectl takes it")
	flags.StringVar(&o.Context, "context", "", "the context that leads to the cluster; the current one is never taken")
	flags.StringVar(&o.UID, "uid", "", "UID of the cluster's namespace kube-system: says that this cluster is meant")
	flags.BoolVar(&o.AllowExec, "allow-exec", false, "let the kubeconfig run its command for credentials, as those of OKE, EKS and GKE do")
	flags.StringVar(&profile, "profile", string(spec.ReadOnly), fmt.Sprintf("what runs may do to the platform: one of %v", spec.Profiles))
	flags.StringVar(&ingress, "ingress", "", "where the ingress controller is reached from here: HTTP and HTTPS as HOST:PORT,HOST:PORT; without it the address of its load balancer")
	flags.DurationVar(&o.TTL, "for", 24*time.Hour, "how long the token of the runs lasts")
	complete(command, "profile", profileNames)
	_ = command.MarkFlagRequired("kubeconfig")
	return command
}

// endpoint reads where an ingress is reached.
func endpoint(text string) (run.Endpoint, error) {
	if text == "" {
		return run.Endpoint{}, nil
	}
	plain, secure, both := strings.Cut(text, ",")
	for _, address := range []string{plain, secure} {
		if _, _, err := net.SplitHostPort(address); err != nil || !both {
			return run.Endpoint{}, refuse("--ingress %q: give it the addresses for HTTP and HTTPS, HOST:PORT,HOST:PORT", text)
		}
	}
	return run.Endpoint{HTTP: plain, HTTPS: secure}, nil
}

// typed asks a person for a UID.
func typed(ctx context.Context, in io.Reader, out io.Writer) (string, error) {
	fmt.Fprint(out, "type the UID to go on: ")
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(in).ReadString('\n')
		line <- strings.TrimSpace(text)
	}()
	select {
	case text := <-line:
		return text, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// unadoptCommand takes away what adoptCommand made.
func unadoptCommand() *cobra.Command {
	kubeconfig, name, allowExec := "", "", false
	command := &cobra.Command{
		Use: "unadopt", Short: "Take away everything that adopt made in a cluster", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if (kubeconfig == "") != (name == "") {
				return refuse("--kubeconfig and --context go together")
			}
			p, err := openHere()
			if err != nil {
				return err
			}
			return p.Unadopt(command.Context(), kubeconfig, name, allowExec)
		},
	}
	flags := command.Flags()
	flags.StringVar(&kubeconfig, "kubeconfig", "", "the kubeconfig that has the context; without it the one that the cluster was adopted by")
	flags.StringVar(&name, "context", "", "the context that leads to the cluster")
	flags.BoolVar(&allowExec, "allow-exec", false, "let the kubeconfig run its command for credentials")
	return command
}

// preflightCommand says what can be judged.
func preflightCommand() *cobra.Command {
	asJSON := false
	command := &cobra.Command{
		Use: "preflight", Short: "Say what of the platform can be judged from here, and what will be skipped; changes nothing", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			s, err := newSession()
			if err != nil {
				return err
			}
			p, err := openIn(s.Dir)
			if err != nil {
				return err
			}
			cluster, err := p.Connect(command.Context())
			if err != nil {
				return err
			}
			found, err := p.Preflight(command.Context(), cluster)
			if err != nil {
				return err
			}
			if err := s.Compile(command.Context()); err != nil {
				return err
			}
			checks, err := s.OnPlatforms(command.Context())
			if err != nil {
				return err
			}
			total := countSkipped(found, checks)
			if asJSON {
				return printJSON(command.OutOrStdout(), found)
			}
			return printPreflight(command.OutOrStdout(), found, total)
		},
	}
	jsonFlag(command, &asJSON)
	return command
}
