package platform

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"assay.dev/assay/hermetic/host"
)

// Images says where container images come from.
type Images string

const (
	// Public pulls the public images.
	Public Images = "public"
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

// ChooseImages returns where images come from, and why: what ASSAY_IMAGES says,
// else public images if a docker engine answers that can pull one, else hermetic.
func ChooseImages(ctx context.Context, engine host.Engine) (Images, string, error) {
	switch forced := os.Getenv(ImagesEnv); Images(forced) {
	case Public, Hermetic:
		return Images(forced), ImagesEnv + " says so", nil
	case "":
	default:
		return "", "", fmt.Errorf("%s is %q; it can be %q, %q or unset", ImagesEnv, forced, Public, Hermetic)
	}
	if _, err := exec.LookPath("docker"); err != nil {
		return Hermetic, "there is no docker on this machine", nil
	}
	if !engine.Use(ctx) {
		return Hermetic, "no docker engine answers", nil
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	if _, err := docker(ctx, io.Discard, "pull", "--quiet", probeImage); err != nil {
		return Hermetic, fmt.Sprintf("%s could not be pulled within %s", probeImage, probeTimeout), nil
	}
	return Public, probeImage + " was pulled", nil
}
