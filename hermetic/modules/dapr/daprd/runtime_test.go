package main

import (
	"testing"

	"github.com/dapr/dapr/cmd/daprd/options"
)

func TestEverySettingReachesTheRuntime(t *testing.T) {
	opts, err := options.New([]string{"--app-id", "probe", "--app-port", "3000", "--mode", "standalone", "--dapr-http-port", "3501"})
	if err != nil {
		t.Fatal(err)
	}
	config, err := configure(opts)
	if err != nil {
		t.Fatal(err)
	}
	if config.AppID != "probe" || config.ApplicationPort != "3000" || config.DaprHTTPPort != "3501" {
		t.Errorf("got %+v", config)
	}
}
