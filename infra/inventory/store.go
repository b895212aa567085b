package inventory

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/oracle/oci-go-sdk/v65/common"
	"github.com/oracle/oci-go-sdk/v65/objectstorage"

	"assay.dev/assay/infra/ociapi"
)

const (
	// objectPrefix and objectSuffix stand around a run's name.
	objectPrefix = "runs/"
	objectSuffix = ".jsonl"
	// sizeLimit bounds an inventory, in bytes; a run has about 30 lines of 300 bytes.
	sizeLimit = 4 << 20
)

var (
	// ErrNoBucket is wrapped by what OpenStore returns before Bootstrap.
	ErrNoBucket = errors.New("no bucket for inventories")
	// ErrTaken is wrapped when another run has the name.
	ErrTaken = errors.New("another run has this name")
)

// Store holds inventories in a bucket, one object a run.
type Store struct {
	client            objectstorage.ObjectStorageClient
	namespace, bucket string
	compartment       string
}

// BucketName is the name of a compartment's bucket. Names are unique in the whole
// tenancy, so the compartment is in it.
func BucketName(compartment string) string {
	sum := sha256.Sum256([]byte(compartment))
	return "assay-inventory-" + hex.EncodeToString(sum[:6])
}

func newStore(ctx context.Context, api *ociapi.Client, compartment string) (*Store, error) {
	client, namespace, err := api.ObjectStorage(ctx)
	if err != nil {
		return nil, err
	}
	return &Store{client: client, namespace: namespace, bucket: BucketName(compartment), compartment: compartment}, nil
}

// OpenStore finds the compartment's bucket. Without one, or without the right to
// read it, the error wraps ErrNoBucket.
func OpenStore(ctx context.Context, api *ociapi.Client, compartment string) (*Store, error) {
	s, err := newStore(ctx, api, compartment)
	if err != nil {
		return nil, err
	}
	answer, err := s.client.GetBucket(ctx, objectstorage.GetBucketRequest{NamespaceName: &s.namespace, BucketName: &s.bucket})
	if hasStatus(err, http.StatusNotFound) {
		return nil, fmt.Errorf("%w: run `assay cloud bootstrap` once for the compartment %s; if that was done, the right to read buckets is missing (%w)",
			ErrNoBucket, compartment, err)
	}
	if err != nil {
		return nil, fmt.Errorf("find the bucket %s: %w", s.bucket, err)
	}
	if answer.CompartmentId == nil || *answer.CompartmentId != compartment {
		return nil, fmt.Errorf("the bucket %s lies in another compartment than %s: it is not used", s.bucket, compartment)
	}
	return s, nil
}

// Bootstrap makes the compartment's bucket, which is private, unless it exists.
func Bootstrap(ctx context.Context, api *ociapi.Client, compartment string) (*Store, error) {
	s, err := newStore(ctx, api, compartment)
	if err != nil {
		return nil, err
	}
	_, err = s.client.CreateBucket(ctx, objectstorage.CreateBucketRequest{
		NamespaceName: &s.namespace,
		CreateBucketDetails: objectstorage.CreateBucketDetails{
			Name: &s.bucket, CompartmentId: &compartment,
			PublicAccessType: objectstorage.CreateBucketDetailsPublicAccessTypeNopublicaccess,
		},
	})
	if err != nil && !hasStatus(err, http.StatusConflict) {
		return nil, fmt.Errorf("make the bucket %s: %w", s.bucket, err)
	}
	return OpenStore(ctx, api, compartment)
}

// Bucket is the bucket's name.
func (s *Store) Bucket() string { return s.bucket }

func object(run string) *string { return common.String(objectPrefix + run + objectSuffix) }

// Runs are the names of the runs with an inventory, sorted.
func (s *Store) Runs(ctx context.Context) ([]string, error) {
	var names []string
	request := objectstorage.ListObjectsRequest{NamespaceName: &s.namespace, BucketName: &s.bucket, Prefix: common.String(objectPrefix)}
	for {
		answer, err := s.client.ListObjects(ctx, request)
		if err != nil {
			return nil, fmt.Errorf("list the inventories in %s: %w", s.bucket, err)
		}
		for _, found := range answer.Objects {
			if name, ok := strings.CutSuffix(strings.TrimPrefix(*found.Name, objectPrefix), objectSuffix); ok {
				names = append(names, name)
			}
		}
		if answer.NextStartWith == nil || *answer.NextStartWith == "" {
			return names, nil
		}
		request.Start = answer.NextStartWith
	}
}

// read returns a run's lines and their ETag; nil where the list shows none. A 404
// alone may be a missing right.
func (s *Store) read(ctx context.Context, run string) ([]byte, string, error) {
	answer, err := s.client.GetObject(ctx, objectstorage.GetObjectRequest{NamespaceName: &s.namespace, BucketName: &s.bucket, ObjectName: object(run)})
	if hasStatus(err, http.StatusNotFound) {
		names, listed := s.Runs(ctx)
		if listed == nil && !slices.Contains(names, run) {
			return nil, "", nil
		}
		err = errors.Join(err, listed)
	}
	if err != nil {
		return nil, "", fmt.Errorf("read the stored inventory of run %s: %w", run, err)
	}
	content, err := io.ReadAll(io.LimitReader(answer.Content, sizeLimit+1))
	err = errors.Join(err, answer.Content.Close())
	if err == nil && len(content) > sizeLimit {
		err = fmt.Errorf("it has more than %d bytes", sizeLimit)
	}
	if err != nil {
		return nil, "", fmt.Errorf("read the stored inventory of run %s: %w", run, err)
	}
	if answer.ETag == nil {
		return nil, "", fmt.Errorf("read the stored inventory of run %s: the answer has no ETag", run)
	}
	return content, *answer.ETag, nil
}

// write stores a run's lines over those with the ETag; without one there must be none.
func (s *Store) write(ctx context.Context, run string, content []byte, etag string) error {
	request := objectstorage.PutObjectRequest{
		NamespaceName: &s.namespace, BucketName: &s.bucket, ObjectName: object(run),
		ContentLength: common.Int64(int64(len(content))), PutObjectBody: io.NopCloser(bytes.NewReader(content)),
	}
	if etag == "" {
		request.IfNoneMatch = common.String("*")
	} else {
		request.IfMatch = &etag
	}
	if _, err := s.client.PutObject(ctx, request); err != nil {
		return fmt.Errorf("store the inventory of run %s: %w", run, err)
	}
	return nil
}

// remove deletes a run's lines with that ETag.
func (s *Store) remove(ctx context.Context, run, etag string) error {
	_, err := s.client.DeleteObject(ctx, objectstorage.DeleteObjectRequest{
		NamespaceName: &s.namespace, BucketName: &s.bucket, ObjectName: object(run), IfMatch: &etag,
	})
	if err != nil {
		return fmt.Errorf("delete the stored inventory of run %s: %w", run, err)
	}
	return nil
}

func hasStatus(err error, status int) bool {
	var refusal common.ServiceError
	return errors.As(err, &refusal) && refusal.GetHTTPStatusCode() == status
}
