package ocisim

import (
	"encoding/json"
	"regexp"
	"strings"
)

// AutonomousDatabase is an Oracle database run by the service. Its password is
// checked and forgotten.
type AutonomousDatabase struct {
	Meta
	DisplayName           string                       `json:"displayName"`
	DBName                string                       `json:"dbName"`
	DBWorkload            string                       `json:"dbWorkload"`
	DBVersion             string                       `json:"dbVersion"`
	IsFreeTier            bool                         `json:"isFreeTier"`
	CPUCoreCount          int                          `json:"cpuCoreCount"`
	DataStorageSizeInTBs  int                          `json:"dataStorageSizeInTBs"`
	DataStorageSizeInGBs  int                          `json:"dataStorageSizeInGBs"`
	LicenseModel          string                       `json:"licenseModel"`
	IsAutoScalingEnabled  bool                         `json:"isAutoScalingEnabled"`
	IsDedicated           bool                         `json:"isDedicated"`
	IsMTLSRequired        bool                         `json:"isMtlsConnectionRequired"`
	IsAccessControlOn     bool                         `json:"isAccessControlEnabled"`
	WhitelistedIPs        []string                     `json:"whitelistedIps,omitempty"`
	OpenMode              string                       `json:"openMode"`
	PermissionLevel       string                       `json:"permissionLevel"`
	SystemTags            map[string]map[string]string `json:"systemTags"`
	AvailableUpgradeNames []string                     `json:"availableUpgradeVersions"`
}

// maxFreeDatabases is the Always Free limit of one tenancy.
const maxFreeDatabases = 2

var databaseName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{0,29}$`)

func (d *AutonomousDatabase) name() string { return d.DisplayName }

func (s *Server) autonomousDatabaseKind() *kind[AutonomousDatabase, *AutonomousDatabase] {
	shared := []string{
		"displayName", "dbWorkload", "licenseModel", "isAutoScalingEnabled", "isAccessControlEnabled", "isFreeTier",
		"cpuCoreCount", "dataStorageSizeInTBs", "dataStorageSizeInGBs", "freeformTags",
	}
	return &kind[AutonomousDatabase, *AutonomousDatabase]{
		server: s, singular: "autonomousdatabase", path: coreAPI + "/autonomousDatabases",
		required:   []string{"compartmentId", "dbName"},
		creatable:  append([]string{"compartmentId", "dbName", "dbVersion"}, shared...),
		changeable: shared,
		secret:     checkAdminPassword,
		fill:       s.fillDatabase,
		check:      s.checkDatabase,
		lingers:    true,
	}
}

// checkAdminPassword applies the service's password rules and takes the password
// out of the body, together with the discriminator that only names the schema.
func checkAdminPassword(body map[string]json.RawMessage) error {
	if source, ok := body["source"]; ok && string(source) != `"NONE"` {
		return invalid("source %s is not emulated", source)
	}
	delete(body, "source")
	raw, ok := body["adminPassword"]
	if !ok {
		return nil
	}
	delete(body, "adminPassword")
	var password string
	if err := json.Unmarshal(raw, &password); err != nil {
		return invalid("adminPassword is not a string")
	}
	strong := len(password) >= 12 && len(password) <= 30 &&
		strings.ContainsAny(password, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") &&
		strings.ContainsAny(password, "abcdefghijklmnopqrstuvwxyz") &&
		strings.ContainsAny(password, "0123456789") &&
		!strings.Contains(password, `"`) && !strings.Contains(strings.ToLower(password), "admin")
	if !strong {
		return invalid("adminPassword does not meet the password rules")
	}
	return nil
}

func (s *Server) fillDatabase(d *AutonomousDatabase) error {
	d.LifecycleState = stateProvisioning
	s.later(func() { d.LifecycleState = stateAvailable })
	if d.DisplayName == "" {
		d.DisplayName = d.DBName
	}
	if d.DBWorkload == "" {
		d.DBWorkload = "OLTP"
	}
	if d.DBVersion == "" {
		d.DBVersion = "23ai"
	}
	if d.LicenseModel == "" {
		d.LicenseModel = "LICENSE_INCLUDED"
	}
	d.OpenMode, d.PermissionLevel, d.IsMTLSRequired = "READ_WRITE", "UNRESTRICTED", true
	d.SystemTags = map[string]map[string]string{}
	if d.IsFreeTier {
		d.SystemTags["orcl-cloud"] = map[string]string{"free-tier-retained": "true"}
	}
	d.DataStorageSizeInGBs = d.DataStorageSizeInTBs * 1024
	return nil
}

func (s *Server) checkDatabase(d *AutonomousDatabase) error {
	if !databaseName.MatchString(d.DBName) {
		return invalid("dbName %q must start with a letter and hold at most 30 letters and digits", d.DBName)
	}
	free := 0
	for _, other := range s.databases.items {
		if other.ID == d.ID {
			continue
		}
		if other.DBName == d.DBName {
			return invalid("dbName %q is taken", d.DBName)
		}
		if other.IsFreeTier {
			free++
		}
	}
	if !d.IsFreeTier {
		return nil
	}
	if free >= maxFreeDatabases {
		return limitExceeded("a tenancy has at most %d Always Free databases", maxFreeDatabases)
	}
	if d.CPUCoreCount != 1 || d.DataStorageSizeInTBs != 1 || d.IsAutoScalingEnabled {
		return invalid("an Always Free database has 1 OCPU, 1 TB as its nominal size and no auto scaling")
	}
	return nil
}
