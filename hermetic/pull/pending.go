package pull

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"golang.org/x/sync/errgroup"
)

// Pending is what Image would copy still.
type Pending struct {
	Images int
	// Bytes are those of its layers, each counted once, as they are transferred.
	Bytes int64
	// largest is where the largest of the layers is.
	largest     name.Digest
	largestSize int64
}

// askedAtOnce is how many images a registry is asked about at the same time.
const askedAtOnce = 8

// Pending returns what is not in the store of the images of refs. It copies nothing.
// The error is one that Image would return.
func (p *Puller) Pending(ctx context.Context, refs []string) (Pending, error) {
	var mu sync.Mutex
	var pending Pending
	seen := map[v1.Hash]bool{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(askedAtOnce)
	for _, ref := range refs {
		group.Go(func() error {
			source, manifest, err := p.missing(ctx, ref)
			if err != nil || manifest == nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			pending.add(source, manifest, seen)
			return nil
		})
	}
	return pending, group.Wait()
}

// missing returns where the image of a reference is, and its manifest, or none if the
// store has it.
func (p *Puller) missing(ctx context.Context, ref string) (at name.Repository, manifest *v1.Manifest, err error) {
	err = p.fromEachSource(ctx, io.Discard, ref, func(source name.Reference) error {
		head, err := remote.Head(source, p.options(ctx)...)
		if err != nil {
			return err
		}
		key := p.keys() + head.Digest.String()
		if p.store.Lists(ref, func(found string) bool { return found == key }) {
			return nil
		}
		at = source.Context()
		image, err := remote.Image(at.Digest(head.Digest.String()), p.options(ctx)...)
		if err != nil {
			return err
		}
		manifest, err = image.Manifest()
		return err
	})
	ours := func(found string) bool { return strings.HasPrefix(found, p.keys()) }
	if err != nil && ctx.Err() == nil && p.store.Lists(ref, ours) {
		return at, nil, nil
	}
	return at, manifest, err
}

func (p *Pending) add(source name.Repository, manifest *v1.Manifest, seen map[v1.Hash]bool) {
	p.Images++
	for _, layer := range manifest.Layers {
		if seen[layer.Digest] {
			continue
		}
		seen[layer.Digest] = true
		p.Bytes += layer.Size
		if layer.Size > p.largestSize {
			p.largest, p.largestSize = source.Digest(layer.Digest.String()), layer.Size
		}
	}
}

// Sample bounds a measurement.
type Sample struct {
	Bytes int64
	Time  time.Duration
}

// Bandwidth returns how many bytes a second arrive of the largest layer that is
// pending. It reads as much of it as the sample allows, and keeps none.
func (p *Puller) Bandwidth(ctx context.Context, pending Pending, sample Sample) (float64, error) {
	if pending.largestSize == 0 {
		return 0, errors.New("measure the bandwidth: no layer is pending")
	}
	ctx, cancel := context.WithTimeout(ctx, sample.Time)
	defer cancel()
	layer, err := remote.Layer(pending.largest, p.options(ctx)...)
	if err != nil {
		return 0, fmt.Errorf("measure the bandwidth: %w", err)
	}
	start := time.Now()
	arrived, err := arrive(layer, sample.Bytes)
	if err != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return 0, fmt.Errorf("measure the bandwidth: %w", err)
	}
	if arrived == 0 {
		return 0, fmt.Errorf("measure the bandwidth: nothing arrived within %s", sample.Time)
	}
	return float64(arrived) / time.Since(start).Seconds(), nil
}

// arrive reads so many bytes of a layer and returns how many arrived.
func arrive(layer v1.Layer, limit int64) (int64, error) {
	content, err := layer.Compressed()
	if err != nil {
		return 0, err
	}
	defer func() { _ = content.Close() }()
	return io.Copy(io.Discard, io.LimitReader(content, limit))
}
