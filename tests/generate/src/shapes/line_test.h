// SPDX-License-Identifier: Apache-2.0
#error "a test's header is not part of a registry"
