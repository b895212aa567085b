// Package pull copies container images and charts from public registries, or
// from a mirror of the user, into the store that the nodes' registry serves. It
// needs no docker: credentials are those of `docker login`, and http_proxy,
// https_proxy, no_proxy and SSL_CERT_FILE are respected.
package pull

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"golang.org/x/sync/semaphore"

	"assay.dev/assay/hermetic/store"
)

// Puller copies images for one platform. It is safe for concurrent use.
type Puller struct {
	mirror    Mirror
	platform  v1.Platform
	store     *store.Store
	keychain  authn.Keychain
	transport http.RoundTripper
	pulled    atomic.Int64
	// slots bound how many images are copied at the same time.
	slots *semaphore.Weighted
}

// atOnce is how many images are copied at the same time: more only share the line.
const atOnce = 3

// New returns a puller that copies images for linux on arch, by Go's name of it,
// into s. The zero mirror stands for the public registries.
func New(s *store.Store, mirror Mirror, arch string) *Puller {
	return &Puller{
		mirror: mirror, platform: v1.Platform{OS: "linux", Architecture: arch}, store: s,
		keychain: authn.DefaultKeychain, transport: newTransport(), slots: semaphore.NewWeighted(atOnce),
	}
}

// Arch is the architecture of the images that are copied, by Go's name of it.
func (p *Puller) Arch() string { return p.platform.Architecture }

// Pulled returns how many images and charts this process had to copy.
func (p *Puller) Pulled() int { return int(p.pulled.Load()) }

// Image returns the image of a public reference. It is copied into the store
// unless the store has what the registry has now: tags move. What is stored is
// good enough where no registry answers. A log that is a Meter is told of the bytes.
func (p *Puller) Image(ctx context.Context, log io.Writer, ref string) (v1.Image, error) {
	return p.stored(ctx, log, ref, p.keys(), p.image)
}

// stored returns what the store has under ref, and copies it first if the registry
// has another one now. Its key in the store is keys with the digest behind it that
// the registry gave for the tag. get reads it from the registry and returns who is told when it is copied.
func (p *Puller) stored(ctx context.Context, log io.Writer, ref, keys string,
	get func(ctx context.Context, log io.Writer, source name.Reference) (v1.Image, func(), error),
) (v1.Image, error) {
	var image v1.Image
	err := p.fromEachSource(ctx, log, ref, func(source name.Reference) error {
		head, err := remote.Head(source, p.options(ctx)...)
		if err != nil {
			return err
		}
		key := keys + head.Digest.String()
		if image = p.store.Image(ref, key); image != nil {
			fmt.Fprintf(log, "%s is in the cache\n", head.Digest)
			return nil
		}
		copied, finish, err := get(ctx, log, source.Context().Digest(head.Digest.String()))
		if err != nil {
			return err
		}
		// Its size is known before its turn, so that progress is told of the whole.
		if err := p.slots.Acquire(ctx, 1); err != nil {
			return err
		}
		defer p.slots.Release(1)
		if err := p.store.PutImage(ref, key, copied); err != nil {
			return err
		}
		finish()
		p.pulled.Add(1)
		if image = p.store.Image(ref, key); image == nil {
			return errors.New("what was stored is damaged: check the disk, then run this again")
		}
		return nil
	})
	if err == nil {
		return image, nil
	}
	if image := p.store.AnyImage(ref, keys); image != nil && ctx.Err() == nil {
		fmt.Fprintf(log, "%v\nwhat is in the cache is used\n", err)
		return image, nil
	}
	return nil, err
}

// Reachable returns nil if the registry of a public reference, or the mirror in
// its place, answers for it.
func (p *Puller) Reachable(ctx context.Context, ref string) error {
	return p.fromEachSource(ctx, io.Discard, ref, func(source name.Reference) error {
		_, err := remote.Head(source, p.options(ctx)...)
		return err
	})
}

// keys is what the keys of this platform's images in the store start with.
func (p *Puller) keys() string { return "pulled for " + p.platform.String() + " from " }

func (p *Puller) options(ctx context.Context) []remote.Option {
	return []remote.Option{
		remote.WithContext(ctx), remote.WithPlatform(p.platform), remote.WithAuthFromKeychain(p.keychain),
		remote.WithTransport(p.transport), remote.WithRetryStatusCodes(retriedStatus...),
	}
}

// image reads an image of this platform. The second result is told when it is copied.
func (p *Puller) image(ctx context.Context, log io.Writer, source name.Reference) (v1.Image, func(), error) {
	image, err := remote.Image(source, p.options(ctx)...)
	if err != nil {
		return nil, nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, nil, err
	}
	// A registry that has no index answers with the one image it has.
	if config.OS != p.platform.OS || config.Architecture != p.platform.Architecture {
		return nil, nil, fmt.Errorf("it is for %s/%s, the docker engine runs %s", config.OS, config.Architecture, p.platform)
	}
	return meter(image, log)
}

// fromEachSource tries the places where a reference may be, in their order, and
// returns nil after the first that works. Only a place that does not have the
// reference leads to the next one.
func (p *Puller) fromEachSource(ctx context.Context, log io.Writer, ref string, try func(name.Reference) error) error {
	sources, err := p.mirror.sources(ref)
	if err != nil {
		return err
	}
	var missing []string
	for _, source := range sources {
		fmt.Fprintf(log, "pulling %s\n", source)
		err := try(source)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !isMissing(err) {
			return explain(source, err)
		}
		fmt.Fprintf(log, "not there: %v\n", err)
		missing = append(missing, source.String())
	}
	return fmt.Errorf("pull %s: the registry has no such image (asked for %s): %s",
		ref, strings.Join(missing, ", "), p.mirror.adviceForMissing())
}

// isMissing reports whether a registry answered that it does not have what was
// asked for. Some answer 401 or 403 for a repository that does not exist.
func isMissing(err error) bool {
	var answer *transport.Error
	return errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound
}

// explain adds to an error what the user can do about it.
func explain(source name.Reference, err error) error {
	registry := source.Context().RegistryStr()
	advice := fmt.Sprintf("check that this machine reaches %s (a proxy is read from https_proxy, a private CA from SSL_CERT_FILE)", registry)
	var answer *transport.Error
	if errors.As(err, &answer) {
		switch answer.StatusCode {
		case http.StatusTooManyRequests:
			advice = fmt.Sprintf("%s limits how much may be pulled: `docker login` raises the limit, %s names a mirror, or wait", registry, MirrorEnv)
		case http.StatusUnauthorized, http.StatusForbidden:
			advice = fmt.Sprintf("run `docker login %s` with an account that may pull it", registry)
		}
	}
	return fmt.Errorf("pull %s: %w: %s; what has arrived is saved, so run this again", source, err, advice)
}
