package cluster

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"assay.dev/assay/standins/strimzi/api"
)

// SupportedVersions are Strimzi 0.40.0's, as its own error message lists them.
var SupportedVersions = []string{"3.6.0", "3.6.1", "3.7.0"}

// DefaultVersion is what Strimzi 0.40.0 takes when a resource names none.
const DefaultVersion = "3.7.0"

// RunnableVersion is the one version that the stand-in has been made for.
const RunnableVersion = "3.6.0"

// kafkaVersion decides version and image. A version that Strimzi supports and
// the stand-in has no image for fails as Strimzi itself does when
// STRIMZI_KAFKA_IMAGES lacks one.
func kafkaVersion(kafka *api.Kafka, images map[string]string) (version, image string, err error) {
	version = kafka.Spec.Kafka.Version
	what := "version " + version
	if version == "" {
		version = DefaultVersion
		what = "default version " + version
	}
	if !slices.Contains(SupportedVersions, version) {
		return "", "", &Error{Reason: ReasonUnsupportedVersion, Message: fmt.Sprintf(
			"Unsupported Kafka.spec.kafka.version: %s. Supported versions are: [%s]",
			version, strings.Join(SupportedVersions, ", "))}
	}
	image = images[version]
	if image == "" || version != RunnableVersion {
		return "", "", &Error{Reason: ReasonNoImage, Message: fmt.Sprintf(
			"No image for %s in %s. The stand-in operator can run Kafka %s only: set spec.kafka.version: %s, "+
				"or use the real Strimzi operator",
			what, formatImages(images), RunnableVersion, RunnableVersion)}
	}
	if kafka.Spec.Kafka.Image != "" {
		image = kafka.Spec.Kafka.Image
	}
	return version, image, nil
}

func formatImages(images map[string]string) string {
	pairs := make([]string, 0, len(images))
	for _, version := range slices.Sorted(maps.Keys(images)) {
		pairs = append(pairs, version+"="+images[version])
	}
	return "{" + strings.Join(pairs, ", ") + "}"
}

// ParseImages reads STRIMZI_KAFKA_IMAGES: whitespace-separated version=image
// pairs, one a line in Strimzi's chart. A version that the stand-in cannot run
// is an error, so that nobody believes it could.
func ParseImages(text string) (map[string]string, error) {
	images := map[string]string{}
	for _, pair := range strings.Fields(text) {
		version, image, found := strings.Cut(pair, "=")
		switch {
		case !found || version == "" || image == "":
			return nil, fmt.Errorf("%q is not of the form version=image", pair)
		case version != RunnableVersion:
			return nil, fmt.Errorf("an image for Kafka %s is configured, but the stand-in operator can run %s only; "+
				"leave it out", version, RunnableVersion)
		}
		images[version] = image
	}
	if images[RunnableVersion] == "" {
		return nil, fmt.Errorf("no image for Kafka %s is configured; add %s=IMAGE", RunnableVersion, RunnableVersion)
	}
	return images, nil
}
