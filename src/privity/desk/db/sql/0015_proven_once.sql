-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- What is proven in a case stands in the reports that are in it. A second list of it was written all over the disk.
DROP TABLE case_message;
