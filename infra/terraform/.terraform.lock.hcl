# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "registry.terraform.io/oracle/oci" {
  version     = "6.27.0"
  constraints = ">= 4.40.0"
  hashes = [
    "h1:FCwQvcjYh6eXTquuzmLMEOYh7NH2UCbl2wiXa7hFBrg=",
    "zh:15c41ec073560ce5101b9ba0251cfff5906e04593b825ab348d326009baecee7",
    "zh:1ba9741fb74b8bd1cdbea79d95d81433f31c5d849632a744bbf560ae686e9fdb",
    "zh:2a67ceaaca5ca476ad0a0dc454c43dd5410ab71fe46bc6383a83b6162e7f2557",
    "zh:40844f356a513aca4fe0a59f8a6361bfdf5d76fbf7db745db3608f3978e7160c",
    "zh:4c20d1e11c57c6e9dc6e6ada347279dba2465eaa000bdb50c7700bd1a2117d28",
    "zh:4ce65bdfa4197bc4536e79d4dc9f431a7a1663d82d5b9c09362a1853ce188c46",
    "zh:769bf6f787311fd88325f8214c028c487ee3f12831db69b3c0d7734d71c60cfc",
    "zh:7bcdca940cb050f2ba6656254cb99532293f257d718cb8b3654173c7186f5665",
    "zh:8171bf6f31f8402e01bbcb0e0ab103b91c6298f1abcedecebf2e182fe3ab9929",
    "zh:96ec82c88280ada96f27205f77b11f9fabd1fb91a086772b2fd84f3458fb9847",
    "zh:9b12af85486a96aedd8d7984b0ff811a4b42e3d88dad1a3fb4c0b580d04fa425",
    "zh:b7c60e3a54e7d5b59668803b53056287171d214f75540155dd5176d76fd7dfb7",
    "zh:d20f4ae5afa68c12eb98131489ddc589d95a70970fba570d1cf70317f58ee2fa",
    "zh:da65f7961e11511e38ce4dbdd45d64aaeccbbdbfe6edc2397a059f92f26e1cc2",
    "zh:f4fefc9a2db2feb37da601a7bc393ead8e8738ad9da5709527cea7b854835e67",
  ]
}
