package ocisim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// apiError is an error as the service answers it
// (https://docs.oracle.com/en-us/iaas/Content/API/References/apierrors.htm).
type apiError struct {
	Status  int    `json:"-"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (e *apiError) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message) }

func invalid(format string, args ...any) error {
	return &apiError{http.StatusBadRequest, "InvalidParameter", fmt.Sprintf(format, args...)}
}

func missing(field string) error {
	return &apiError{http.StatusBadRequest, "MissingParameter", fmt.Sprintf("%s is required", field)}
}

func limitExceeded(format string, args ...any) error {
	return &apiError{http.StatusBadRequest, "LimitExceeded", fmt.Sprintf(format, args...)}
}

func unauthenticated(format string, args ...any) error {
	return &apiError{http.StatusUnauthorized, "NotAuthenticated", fmt.Sprintf(format, args...)}
}

// notFound is what the service says of what does not exist or may not be seen.
func notFound(format string, args ...any) error {
	return &apiError{http.StatusNotFound, "NotAuthorizedOrNotFound", fmt.Sprintf(format, args...)}
}

func conflict(format string, args ...any) error {
	return &apiError{http.StatusConflict, "Conflict", fmt.Sprintf(format, args...)}
}

func incorrectState(format string, args ...any) error {
	return &apiError{http.StatusConflict, "IncorrectState", fmt.Sprintf(format, args...)}
}

func writeError(w http.ResponseWriter, err error) {
	var api *apiError
	if !errors.As(err, &api) {
		api = &apiError{http.StatusInternalServerError, "InternalError", err.Error()}
	}
	writeJSON(w, api.Status, api)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	content, err := json.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(content)
}
