package platform

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"

	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/hermetic/pull"
	"assay.dev/assay/hermetic/store"
)

// Images says where container images come from.
type Images string

const (
	// Public pulls the public images.
	Public Images = "public"
	// Mirror pulls them from the registry that pull.MirrorEnv names.
	Mirror Images = "mirror"
	// Hermetic builds all images from package registries.
	Hermetic Images = "hermetic"
)

const (
	// ImagesEnv forces the choice of images.
	ImagesEnv = "ASSAY_IMAGES"
	// probeImage is small and needed by every cluster.
	probeImage   = "registry.k8s.io/pause:3.10.1"
	probeTimeout = 20 * time.Second
)

// ChooseImages returns where images come from, and why: what ASSAY_IMAGES says, a
// mirror if one is named, else public images if a docker engine answers and the
// registry of one does, else hermetic.
func (p *Platform) ChooseImages(ctx context.Context) (Images, string, error) {
	mirror, err := mirrorFromEnv()
	if err != nil {
		return "", "", err
	}
	switch forced := Images(os.Getenv(ImagesEnv)); forced {
	case Mirror:
		if mirror.String() == "" {
			return "", "", advise(fmt.Errorf("%s is %q, but %s names no registry", ImagesEnv, forced, pull.MirrorEnv),
				"`export %s=HOST[:PORT][/PREFIX]`", pull.MirrorEnv)
		}
		return forced, ImagesEnv + " says so", nil
	case Public, Hermetic:
		return forced, ImagesEnv + " says so", nil
	case "":
	default:
		return "", "", advise(fmt.Errorf("%s is %q; it can be %q, %q, %q or unset", ImagesEnv, forced, Public, Mirror, Hermetic),
			"`unset %s`", ImagesEnv)
	}
	if mirror.String() != "" {
		return Mirror, fmt.Sprintf("%s is %s", pull.MirrorEnv, mirror), nil
	}
	if _, err := exec.LookPath("docker"); err != nil {
		return Hermetic, "there is no docker on this machine", nil
	}
	if !p.engine.Use(ctx) {
		return Hermetic, "no docker engine answers", nil
	}
	// The store is not opened: another process may write to it.
	puller, err := p.newPuller(ctx, Public, store.View(p.pulledDir()))
	if err != nil {
		return "", "", err
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	if err := puller.Reachable(ctx, probeImage); err != nil {
		return Hermetic, fmt.Sprintf("the registry of %s did not answer within %s", probeImage, probeTimeout), nil
	}
	return Public, "the registry of " + probeImage + " answers", nil
}

// mirrorFromEnv returns the user's mirror, the zero value for none.
func mirrorFromEnv() (pull.Mirror, error) {
	mirror, err := pull.MirrorFromEnv()
	if err != nil {
		return mirror, advise(err, "`export %[1]s=HOST[:PORT][/PREFIX]`, or `unset %[1]s`", pull.MirrorEnv)
	}
	return mirror, nil
}

// engineAnswers returns an error that says what to do unless a docker engine
// answers: published images need one that is there.
func (p *Platform) engineAnswers(ctx context.Context) error {
	p.engine.Use(ctx)
	if _, err := host.AskInfo(ctx); err != nil {
		return fmt.Errorf("%w; without docker, run as root on Debian with %s=%s", engineAdvice(err), ImagesEnv, Hermetic)
	}
	return engineAdvice(host.Answers(ctx))
}
